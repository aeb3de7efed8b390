// Pages of what the network's rules may say to somebody who sends a transaction or an instruction.
export const RULE_PAGES: Readonly<Record<string, readonly [what: string, todo: string]>> = {
  E_ASSET_COLLATERAL: ['A seat must have collateral.', 'Ask for more than nothing per seat.'],
  E_ASSET_ENDED: ['The asset has ended.', 'See `surety asset status`.'],
  E_ASSET_MODE: ['This way of filling seats is not available.', 'Use opt-in.'],
  E_ASSET_SEATS: ['A committee cannot have this number of seats.', 'Use 4, 7, 10 and so on, up to 64.'],
  E_ASSET_SYMBOL: ['This is not a symbol.', 'Use 1 to 12 of A-Z and 0-9.'],
  E_ASSET_TEMPLATE: ['There is no such template.', 'See `surety asset templates`.'],
  E_ASSET_TERM: ['A term must last.', 'Give more than 0 ticks.'],
  E_ASSET_TERMS: ['Interval and window break a rule of the network.', 'The message names it.'],
  E_BOND_KEY: ['A key of the bond cannot be used.', 'Check validator, owner and rewards.'],
  E_BOND_NOT_DUE: [
    'The collateral is not free yet.',
    'It is released a while after its last checkpoint is settled or void.'
  ],
  E_BOND_TWICE: ['A bond is named twice.', 'Name each once.'],
  E_BOND_STATUS: ['The bond is not in a state for this.', 'See `surety bond list`.'],
  E_BOND_TERMS: [
    'The terms named are not those of the asset.',
    'Look at the asset again: bond and registration are one contract.'
  ],
  E_BOND_UNITS: ['This number of units is not possible.', 'Use 1 to 64.'],
  E_CALL_FORM: ['The call does not fit the template.', 'See `surety asset templates`.'],
  E_INSTRUCTION_ASSET: ['The instruction is for another asset.', 'Sign it anew for this one.'],
  E_INSTRUCTION_CROWDED: [
    'Too many instructions wait at the committee.',
    'Send it again, later; its sequence is unused.'
  ],
  E_INSTRUCTION_EXPIRED: ["The instruction's last height has passed.", 'Sign it anew.'],
  E_INSTRUCTION_FORM: ['The instruction cannot be read.', 'Make it with this version of surety.'],
  E_INSTRUCTION_SEQUENCE: [
    'The sequence is used, or too far ahead.',
    'Ask for the next one and sign anew; two programs may share the account.'
  ],
  E_INSTRUCTION_SIGNATURE: ['The account did not sign it.', 'Check which key is used, and the network.'],
  E_INSTRUCTION_SIZE: ['The instruction is too long.', 'Put fewer calls in it.'],
  E_INSTRUCTION_TWICE: ['The same instruction is in the list twice.', 'Send each once.'],
  E_LOG_AHEAD: [
    'A log item is newer than the step that consumes it.',
    'Nothing for a user: members wait for finality.'
  ],
  E_LOG_CURSOR: ['A log item is not the next one.', 'Nothing for a user: members consume the log in order.'],
  E_LOG_FORM: ['A log item cannot be read.', 'It is consumed without effect.'],
  E_LOG_RATE: ["The asset's log takes no more items in this block.", 'It will be in a later one.'],
  E_NOT_CANONICAL: ['The bytes are not in their one valid form.', 'Encode with this version of surety.'],
  E_PARAMETERS: ['The parameters break an inequality of the protocol.', 'The message names it.'],
  E_PEER_BOND: ["The peer's bond is too small.", 'Lock at least what the network asks for.'],
  E_PEER_KEY: ['A key of the peer cannot be used.', 'Check signing, VRF and rewards keys.'],
  E_PEER_KNOWN: ['The key is registered, or has retired.', 'A peer that retired comes back under a new key.'],
  E_PEER_RETIRED: ['The peer has retired.', 'Its bond comes back by itself.'],
  E_SCHEMA: ['The bytes do not fit what is expected.', 'Encode with this version of surety.'],
  E_FOREIGN_OWN_BLOCK: [
    'A committee saw a block in our name that we did not write.',
    'Stop the other process that uses this key, at once.'
  ],
  E_SAFETY_FAULT: [
    'A committee cannot agree any more: too many of its members lie.',
    'Nothing for a user: the evidence is kept and claimed.'
  ],
  E_GENESIS_OUTPUT: ['An output of the genesis document is empty or nobody can own it.', 'Correct the document.'],
  E_GENESIS_PEER: [
    'A peer of the genesis document is listed twice, under-bonded or has a bad key.',
    'Correct the document.'
  ],
  E_GENESIS_PREFIX: ['The address prefix of the genesis document is not valid.', 'Use 2 to 16 of a-z and 0-9.'],
  E_GENESIS_SUPPLY: ['The genesis document creates too many atoms.', 'Stay below 2^63.'],
  E_GENESIS_WEIGHT: ['No output of the genesis document names a peer as host.', 'Give at least one peer weight.'],
  E_STATE_FORM: ["The asset's state is unreadable.", 'Nothing for a user: the step failed and changed nothing.'],
  E_STEP_LIMIT: ['The step needs more than a step may.', 'Put fewer or smaller calls in one instruction.'],
  E_TEMPLATE_PARAMETERS: ['The parameters do not fit the template.', 'See `surety asset templates`.'],
  E_TOKEN_ALLOWANCE: ['More than the owner allowed.', 'Ask the owner to approve more.'],
  E_TOKEN_BALANCE: ['The account holds less than that.', 'See `surety asset balance`.'],
  E_TOKEN_CAP: ['More than the supply cap.', 'The cap was fixed when the asset was registered.'],
  E_TOKEN_FROZEN: ['The account is frozen.', 'Ask the issuer.'],
  E_TOKEN_POWER: [
    'The registration does not give this power to this account.',
    "Sign with the issuer's account, if the asset has the power at all."
  ],
  E_TX_CONFLICT: [
    'A waiting transaction spends the same coin.',
    'Wait for that one, or pay enough to replace it: its fee and one for the bytes.'
  ],
  E_TX_EARLY: ['The transaction is not valid yet.', 'Wait for its first height.'],
  E_TX_EXPIRED: ['The transaction left the pool unused.', 'Send it anew.'],
  E_TX_FEE: ['The fee is too small.', "Pay at least the network's fee."],
  E_TX_FAMILY: [
    'Too many transactions hang together that no block holds yet.',
    'Wait for the next block, then send it again.'
  ],
  E_TX_FEE_FLOOR: ['The node is full, and others pay more.', 'Pay a higher fee, or send it again later.'],
  E_TX_FUNDS: ['The inputs do not cover outputs, locks and fee.', 'Spend more inputs.'],
  E_TX_IMMATURE: ['An input is a fee that is not spendable yet.', 'Wait until its block is recorded final.'],
  E_TX_INPUT_TWICE: ['An input is named twice.', 'Name each once.'],
  E_TX_INPUT_UNKNOWN: [
    'An input does not exist or is spent.',
    'Another payment of this account came first: try again.'
  ],
  E_TX_LATE: ["The transaction's last height has passed.", 'Build and send it anew.'],
  E_TX_NO_INPUTS: ['The transaction spends nothing.', 'Only reveals and evidence may.'],
  E_TX_OUTPUT_EMPTY: ['An output holds nothing.', 'Leave it out.'],
  E_TX_OUTPUT_KEY: ['Nobody could own an output of this key.', "Check the payee's key."],
  E_TX_LOCK_EARLY: ['The lock cannot be refunded yet.', 'Show the preimage, or wait for its timeout.'],
  E_TX_LOCK_LATE: ['The lock can no longer be claimed.', 'It belongs to its refund key now.'],
  E_TX_LOCK_TIMEOUT: ['A lock times out in the past, or in years.', 'Choose a tick count to come.'],
  E_TX_PREIMAGE: ['A preimage is listed twice or opens no input.', 'List each one that opens an input once.'],
  E_TX_SIGNATURE: ['Not all owners signed it.', 'Check the accounts and the network.'],
  E_TX_SIGNERS: ['The keys cannot sign together.', 'Use at most 64 keys, all of them usable.'],
  E_TX_TIMES: ['Its first height is above its last.', 'Build it anew.'],
  E_TX_TOO_LARGE: ['The transaction is too large.', 'Split it.']
}
