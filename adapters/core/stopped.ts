/** Why a bot that has the floor gets it again at a new term. */
export const STOPPED = 'the contact pressed stop'
