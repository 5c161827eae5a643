import type { Event } from '@hutong/core/backend'

export const ENVELOPE_TYPE = 'application/cloudevents+json'

/**
 * An event as a CloudEvent in the structured JSON form: the same text for the same event.
 * https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md
 */
export function envelope(event: Event): string {
  return JSON.stringify({
    specversion: '1.0',
    id: event.id,
    source: `urn:hutong:site:${event.site}`,
    type: `hutong.entry.${event.entry.body.kind}`,
    subject: event.conversation,
    time: new Date(event.entry.at).toISOString(),
    datacontenttype: 'application/json',
    data: event,
  })
}
