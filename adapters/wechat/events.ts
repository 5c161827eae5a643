/**
 * The events that need no place in the log, with what they are
 * (https://developers.weixin.qq.com/doc/service/guide/product/message/Receiving_event_pushes.html): they say where somebody is or what
 * the platform did, and no customer waits for an answer to one.
 */
export const PASSING: Readonly<Record<string, string>> = {
  LOCATION: 'the phone says where it is',
  VIEW: 'opened a page from the menu',
  view_miniprogram: 'opened a mini-program from the menu',
  scancode_push: 'scanned a code from the menu',
  pic_sysphoto: 'took a photo from the menu, which follows as a picture',
  pic_photo_or_album: 'chose a photo from the menu, which follows as a picture',
  pic_weixin: 'chose a picture from the menu, which follows as a picture',
  location_select: 'chose a place from the menu, which follows as a place',
  TEMPLATESENDJOBFINISH: 'a template message was sent or was not',
  MASSSENDJOBFINISH: 'a message to all was sent or was not',
  PUBLISHJOBFINISH: 'an article was published or was not',
  FREEPUBLISHJOBFINISH: 'an article was published or was not',
  kf_create_session: "somebody in the platform's own client took the customer",
  kf_close_session: "somebody in the platform's own client closed the session",
  kf_switch_session: "somebody in the platform's own client handed the customer on",
  user_enter_tempsession: 'opened the conversation of a mini-program',
  subscribe_msg_popup_event: 'allowed or refused notices',
  subscribe_msg_change_event: 'changed which notices are allowed',
  subscribe_msg_sent_event: 'a notice was sent or was not',
  user_info_modified: 'changed their profile',
  user_authorization_revoke: 'took an authorisation back',
  user_authorization_cancellation: 'closed their account',
  card_merchant_check_result: 'a merchant of coupons was checked',
  card_pass_check: 'a coupon was accepted by the platform',
  card_not_pass_check: 'a coupon was refused by the platform',
  card_sku_remind: 'a coupon is running out',
  card_pay_order: 'coupons were paid for',
  cloud_invoice_invoiceresult_event: 'an invoice was made or was not',
  qualification_verify_success: 'the account was verified',
  qualification_verify_fail: 'the account was not verified',
  naming_verify_success: "the account's name was verified",
  naming_verify_fail: "the account's name was not verified",
  annual_renew: 'the account must be verified again',
  verify_expired: 'the verification of the account is over',
}

/** What a customer did apart from writing, for agents to read. */
export const ACTS: Readonly<Record<string, string>> = {
  user_get_card: 'took a coupon',
  user_gifting_card: 'gave a coupon away',
  user_del_card: 'threw a coupon away',
  user_consume_card: 'used a coupon',
  user_view_card: 'looked at a coupon',
  user_pay_from_pay_cell: 'paid with a member card',
  user_enter_session_from_card: 'came from a coupon',
  update_member_card: 'has other points or money on a member card',
  submit_membercard_user_info: 'filled in a member card',
  giftcard_pay_done: 'paid for a gift card',
  giftcard_send_to_friend: 'gave a gift card to a friend',
  giftcard_user_accept: 'accepted a gift card',
}

/** What a press of the menu is called that counts as one: https://developers.weixin.qq.com/doc/service/api/customer/message/api_sendcustommessage.html */
export const PRESSES = ['CLICK', 'scancode_push', 'scancode_waitmsg']
