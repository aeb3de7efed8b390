// Pages of what the rules for names and for the company's government say.
export const NAME_PAGES: Readonly<Record<string, readonly [what: string, todo: string]>> = {
  E_LOGIN_EXPIRED: ['The login record does not hold any more.', 'Ask the peer to sign a new one.'],
  E_LOGIN_FULL: ['The node keeps as many logins as it can.', 'Remove old ones, or raise the limit.'],
  E_LOGIN_NAME: ['The login record is of another login or peer.', 'Ask again; if it repeats, ask another node.'],
  E_LOGIN_NODE: [
    'The node asked serves no logins.',
    "Say where the name's node answers: --at for `name login`, --login-node for `pay`."
  ],
  E_LOGIN_OLD: ['The node has this login in a newer version.', 'Sign it with a higher version.'],
  E_LOGIN_PEER: ['Nobody holds the name under which this login would be.', "Check the peer's name."],
  E_LOGIN_SIGNATURE: ['The peer did not sign this login.', 'Do not pay it; ask the peer itself.'],
  E_LOGIN_UNKNOWN: ['The peer has no such login.', 'Check how it is written.'],
  E_NAME_AUTHORITY: ["The name's owner did not sign this.", "Sign with the owner's account."],
  E_NAME_CHAIN: ['The name does not lead to that chain.', 'Check the name after the dot.'],
  E_NAME_COMMIT: ['No commitment for this claim waits.', 'Commit to the name first, or once more.'],
  E_NAME_COMMITTED: ['The same commitment waits already.', 'Nothing to do: claim the name when it is time.'],
  E_NAME_EARLY: ['The commitment is too young for its claim.', 'Wait until it is final and a few blocks old.'],
  E_NAME_EXPIRED: ['The name has expired and stands for nothing.', 'Its owner may still renew it for a while.'],
  E_NAME_FREE: ['Nobody holds the name.', 'Claim it, or check how it is written.'],
  E_NAME_KEY: ['A key that the name would point to cannot be used.', 'Check the keys.'],
  E_NAME_LATE: ['The commitment waited too long for its claim.', 'Commit again.'],
  E_NAME_PAYEE: ['The output does not pay the key that the name points to.', 'Look the name up again and pay its key.'],
  E_NAME_TAKEN: ['Somebody holds the name.', 'Choose another, or ask its owner for a transfer.'],
  E_NAME_TERM: ['The name would be paid for too far ahead, or not far enough.', 'Renew for fewer terms; renew first.'],
  E_NAME_TEXT: ['This is not a name.', 'Use 3 to 63 of a-z, 0-9 and hyphens that are not at an end.'],
  E_NAME_TRANSFER: ['A transfer of the name is on its way, or none is.', 'Revoke the one there is, or wait for it.'],
  E_REVIEW_AUTHORITY: [
    'Only the payer may review this payment, and only the payee reply.',
    'Sign with the account that paid, or was paid.'
  ],
  E_REVIEW_PAYMENT: [
    'There is no such payment to review, or its time is over.',
    'Reviews are for payments that name their payee, for a while, once.'
  ],
  E_BOARD_AUTHORITY: ['Only a peer on the board may do this.', "The board is the period's 21 heaviest peers."],
  E_CHIEF_AUTHORITY: ['Only the chief may do this.', 'See who it is: the board nominates it by a majority.'],
  E_CHIEF_CANDIDATE: ['The candidate is not on the board.', 'Nominate one of its members.'],
  E_CHIEF_KNOWN: ['The member nominates this candidate already.', 'Nothing to do.'],
  E_PARAMS_ADOPTED: ['A proposal has been approved and waits for its notice to pass.', 'Propose when it is in force.'],
  E_PARAMS_FIXED: ['This parameter is part of the structure and never changes.', 'See section 21 of the protocol.'],
  E_PARAMS_SAME: ['The proposal names a parameter twice or changes nothing.', 'Name each once, with another value.'],
  E_PARAMS_TWICE: ['The member has said this already.', 'Nothing to do.'],
  E_PARAMS_UNKNOWN: ['This proposal is not the open one.', 'See `surety gov show`.'],
  E_PREFERENCE_CHIEF: ['Nobody is chief now, or somebody else signed.', 'Nothing for a user: the message is dropped.'],
  E_PREFERENCE_EXPIRED: [
    'The preference is over, or reaches too far ahead.',
    'The chief signs it anew for the next blocks.'
  ],
  E_PREFERENCE_SAME: ['A preference names two different transactions.', 'Correct the message.'],
  E_PREFERENCE_FULL: ['As many preferences as may be kept are in force.', 'Wait until some are over.']
}
