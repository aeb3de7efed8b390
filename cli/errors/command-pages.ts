// Pages of what commands, wallets, connections and files may say.
export const COMMAND_PAGES: Readonly<Record<string, readonly [what: string, todo: string]>> = {
  E_ADDRESS_CHECKSUM: ['The address has a typing mistake.', 'Copy it again, whole.'],
  E_ADDRESS_FORM: ['A published address record is not one.', 'Nothing: it is passed over.'],
  E_ADDRESS_FORMAT: [
    'This is neither an address nor a wallet here.',
    'Copy the address again, or see `surety wallet list`.'
  ],
  E_ADDRESS_KIND: ['The address names another kind of thing.', 'Ask the payee for a wallet address.'],
  E_ADDRESS_OTHER_CHAIN: [
    'The address belongs to another network.',
    'Ask for one of this network, or set --rpc to a node of that one.'
  ],
  E_ADDRESS_SIGNATURE: ['A published address record is not signed by whom it names.', 'Nothing: it is passed over.'],
  E_ADDRESS_VERSION: ['The address is of a newer format.', 'Update surety.'],
  E_AMOUNT: [
    'This is not an amount that can be meant.',
    'Write it like 25 or 0.5, with no more digits than the unit has.'
  ],
  E_ASSET_AMBIGUOUS: ['Several assets have this symbol.', 'Use the id, from `surety asset list`.'],
  E_ASSET_NO_COMMITTEE: [
    'The asset has no committee in office now.',
    'See `surety asset status`: it may be staffing or changing members.'
  ],
  E_ASSET_UNKNOWN: [
    'Final state has no such asset.',
    'See `surety asset list`; a new registration is final after a few seconds.'
  ],
  E_BAD_ADDRESS: ['A network address does not parse.', 'Write it like /ip4/127.0.0.1/tcp/4001/p2p/12D3...'],
  E_BAD_CONTENT_TYPE: ['The RPC takes application/json alone.', 'Set the Content-Type header.'],
  E_BAD_FRAME: ['A peer sent bytes that are no message.', 'Nothing: the stream was closed.'],
  E_BAD_JSON: ['The request is not JSON.', 'Check the body of the request.'],
  E_BAD_PARAMS: ['The method does not take these parameters.', 'The message names the first that does not fit.'],
  E_BAD_REQUEST: ['This is not a JSON-RPC 2.0 request.', 'Send {"jsonrpc":"2.0","id":1,"method":...}.'],
  E_BLOCK_UNKNOWN: ['No block of this height is final here.', 'See `surety base tip`.'],
  E_BOND_UNKNOWN: ['There is no such bond.', 'See `surety bond list`.'],
  E_BUG: ['The program did what it never should.', 'Report it with the lines printed below the code.'],
  E_BUSY: ['The node has too much to do.', 'Try again shortly.'],
  E_CHAIN_UNREACHABLE: ['The base chain cannot be asked.', 'Check --rpc and that the node runs.'],
  E_CLAIM_UNKNOWN: ['There is no one claim of this name.', 'See `surety claim list`.'],
  E_CONFIG: [
    'A setting cannot be meant.',
    'The message names it and where it is from; settings are rpc, account, wallets and genesis.'
  ],
  E_COSIGN_AGAIN: ['A signer that left cannot come back to its session.', 'Begin a new one in another folder.'],
  E_COSIGN_FOLDER: [
    'The folder does not hold the session meant.',
    'The message names the file; each session has its folder.'
  ],
  E_COSIGN_WAIT: ['Not every signer came in time.', 'Begin again when all are there; --within gives them longer.'],
  E_DATA_LOCKED: ['Another process holds the data folder.', 'Stop that node first; never run two on one folder.'],
  E_DATA_STALE: [
    'The newest final block here is older than the bonds that answer for it are held, so nobody answers for what follows.',
    'Ask somebody you trust for the height and id of a recent final block, and start again with it as the trusted head.'
  ],
  E_DATA_UNTRUSTED: [
    'The trusted head that was given is not a block of the chain in this data folder.',
    'Check the height and id; if they are right, start with an empty data folder.'
  ],
  E_DATA_UNUSABLE: [
    'A database cannot be opened or trusted.',
    'Check disk and permissions; never restore votes.db from a copy.'
  ],
  E_DECLINED: ['You said no, or nothing.', 'Nothing was done.'],
  E_DEMO_WAIT: [
    'The demo ended before it saw a step.',
    'Look into the logs in the folder it names; a very busy machine may be too slow.'
  ],
  E_DEV_RUNNING: ['A development network runs in this folder already.', 'Use it, or stop it with Ctrl-C first.'],
  E_EPOCH_ENDED: ['The committee changed while the instruction was under way.', 'Send it again: it runs once at most.'],
  E_FUNDS: [
    'The account has not enough to spend.',
    'See `surety wallet balance`; coin on its way is not spendable yet.'
  ],
  E_GENESIS_FILE: [
    'The genesis file is missing or not one.',
    'Set --genesis to the genesis.json of the network you trust.'
  ],
  E_GENESIS_INVALID: ['The genesis document could not start a network.', 'The message names what is wrong with it.'],
  E_HEAD_OLD: ['The newest final header is too old to trust a committee by.', 'Wait until the node has caught up.'],
  E_HEIGHT: ['This is not a height.', 'Give a whole number, up to the final height of `surety base tip`.'],
  E_HELP_TOPIC: ['There is no such page or command.', 'See `surety --help`.'],
  E_INPUTS_TOO_MANY: [
    'The payment needs more small outputs than one transaction may spend.',
    'Pay yourself a part first, then try again.'
  ],
  E_INPUT_NEEDED: [
    'A question must be answered and nobody can.',
    'The message names the flag: --yes, --password-file, --phrase-file.'
  ],
  E_INTERNAL: ['The node failed to answer.', 'Its log says why.'],
  E_JOINT: [
    'What is put in and what is paid do not fit.',
    'The sums of --from and --to are equal, each key comes once.'
  ],
  E_KEYSTORE_DAMAGED: ['The key file is damaged.', 'Restore it from a copy; the password is not the matter.'],
  E_KEYSTORE_EXISTS: ['There is a key of this name already.', 'Choose another name; keys are never replaced.'],
  E_KEYSTORE_MISSING: ['There is no key of this name here.', 'See `surety wallet list`, or set --wallets.'],
  E_LOCK_SECRET: [
    'The secret does not open this lock.',
    'Ask whoever made it: 64 hexadecimal digits that hash to its hash.'
  ],
  E_LOCK_UNKNOWN: [
    'No unspent lock of this id is for this wallet.',
    'See `surety lock list`; claimed and refunded ones are gone.'
  ],
  E_LOG_LEVEL: ['There is no such log level.', 'Use warn, info or debug.'],
  E_MEMBERS_UNREACHABLE: [
    'No member of the committee could be reached.',
    'Try again shortly; addresses are published every few seconds.'
  ],
  E_NODE_EXISTS: [
    'The folder has a node, or the beginning of one, already.',
    'Choose another with --data. Keys are never written over: remove the folder yourself if it is worth nothing.'
  ],
  E_NAME_KIND: [
    'The wallet cannot follow a name of this form.',
    'Ask the payee for a name of the chain or an address.'
  ],
  E_NODE_FOLDER: ["A file of the node's folder is missing or not valid.", 'The message names file and field.'],
  E_NODE_START: ['A node did not start.', 'The end of its log is shown with the message.'],
  E_NONCE: ['What a signer published to sign with is unusable.', 'Begin the session again, without whom it names.'],
  E_NOT_FINAL: [
    'The transaction was sent and is not final yet.',
    'Do not send it again: see whether it became final with the id.'
  ],
  E_NOT_SERVING: ['The node asked does not serve this asset.', 'Try again: the committee is looked up anew.'],
  E_NO_METHOD: ['The node has no such RPC method.', 'It may be of another version, or without development faults.'],
  E_NUMBER: ['A whole number is needed here.', 'The message names the flag.'],
  E_PARTIAL: ['A signer sent a wrong part of the signature.', 'Begin the session again, without whom it names.'],
  E_PASSWORD: ['The password is wrong.', 'Try again; the file itself is not damaged.'],
  E_PASSWORD_DIFFERS: ['The two passwords differ.', 'Type the same one twice.'],
  E_PASSWORD_FILE: ['The password file cannot be read.', 'Check the path given with --password-file.'],
  E_PASSWORD_WEAK: ['The password is too short.', 'Use at least 8 characters; better a few words.'],
  E_PEER_REFUSED: ['A peer ended the stream without an answer.', 'Try again: it may be busy.'],
  E_PEER_UNKNOWN: ['Nobody of this key is registered as a peer.', 'See `surety peer list`.'],
  E_PEER_UNREACHABLE: ['A peer could not be reached, or a port not be listened on.', 'Check addresses and firewall.'],
  E_PHRASE: ['The words are no valid phrase.', 'Check spelling and order of the words.'],
  E_PORT_TAKEN: [
    'Another program listens on a port that the node was told to use.',
    'Stop that program, or choose other ports: `listen` and `rpcPort` of the node, or --listen and --rpc-port.'
  ],
  E_FINALITY_LINK: [
    'A proof of finality does not lead on from what you trust.',
    'Fetch it again, from another node; check --genesis and --head.'
  ],
  E_HEAD_FILE: ['The file is not a trusted head.', 'Make one with `surety proof heads follow`.'],
  E_LIGHT_CONFLICT: [
    'Two different blocks are proven final at one height: a third of the collateral lied.',
    'Stop dealing, keep both files, and compare with people you trust.'
  ],
  E_LIGHT_NO_CONFLICT: ['The evidence does not show two heads that exclude each other.', 'Nothing is wrong so far.'],
  E_LIGHT_OLDER: ['The proof ends before the head that you trust.', 'Fetch a newer one, or check it with --genesis.'],
  E_LIGHT_STALE: [
    'The head is older than the collateral behind it is surely held.',
    'Take a newer head from somebody you trust, or start from the genesis document.'
  ],
  E_LIGHT_UNLINKED: [
    'The new head is not shown to stand on the one you know.',
    'Ask another node; if all say the same, compare heads with people you trust.'
  ],
  E_PROOF_CONTRARY: ['The proof shows the contrary of what it is brought for.', 'Do not believe who sent it.'],
  E_PROOF_FILE: ['The file is not a proof.', 'Make one with `surety proof get`.'],
  E_PROOF_INCOMPLETE: ['The proof does not show what was asked.', 'Fetch it again for this account.'],
  E_PROOF_KEY: ['The proof does not show every key.', 'Ask another member.'],
  E_PROOF_MALFORMED: ["The proof's bytes are damaged.", 'Fetch it again.'],
  E_PROOF_NONE: [
    'There is nothing to prove now: no checkpoint yet, or a committee that began a moment ago.',
    'Try again when the next checkpoint is settled; see `surety asset status`.'
  ],
  E_PROOF_ROOT: ['The proof is of another state.', 'Do not believe it; fetch it again, from another node.'],
  E_PROOF_UNSETTLED: [
    'No checkpoint of the asset is settled yet.',
    'Wait for the window to pass; see `surety asset status`.'
  ],
  E_PROOF_VALUE: ['The state does not hold what the proof says.', 'Do not believe it.'],
  E_PROTOCOL_UNSUPPORTED: ['The peer does not speak this protocol.', 'It may be of another network or version.'],
  E_RECEIPT_INPUT: ['The receipt is of another step.', 'Fetch it again; if a committee member sent it, ask another.'],
  E_RECEIPT_UNKNOWN: [
    'No member knows a certified step of this instruction.',
    'Check the id; an instruction that was not accepted has no receipt.'
  ],
  E_RECORD_REFUSED: ['A record of the DHT was refused.', 'Nothing: it is passed over.'],
  E_RECOVERY_EARLY: [
    'Finality is not stuck, or not in a period with a table of its own.',
    'A recovery file is for when more than a third of the weight never returns; wait, and look again.'
  ],
  E_RECOVERY_FILE: ['The recovery file cannot be used.', 'The message says what is wrong with it.'],
  E_RECOVERY_HOLDER: [
    'No coin of the holder counted in the table that finality is stuck with.',
    'Sign with the account that holds the hosted shares; each key signs once.'
  ],
  E_RECOVERY_NETWORK: ['The recovery file is for another network.', 'Check --rpc and --genesis.'],
  E_RECOVERY_PEER: [
    'The table of a recovery file would be wrong.',
    'Name peers of the present table, by key, and leave some of them.'
  ],
  E_RELEASE: [
    'The coin of this transaction is not free.',
    'Wait until it has ended, or replace it: `surety wallet bump`.'
  ],
  E_REPLACE: ['This transaction cannot be replaced.', 'See `surety wallet history`: it may have ended already.'],
  E_RPC_TOKEN: [
    'The method moves something of value or signs, and is for those who can read the token file of the node.',
    "Send `Authorization: Bearer` with the line of the file `rpc-token` in the node's folder."
  ],
  E_RPC_BAD_ANSWER: ['What answers is not a surety node.', 'Check --rpc.'],
  E_RPC_TIMEOUT: ['The node did not answer in time.', 'What was sent may have arrived: look before you send it again.'],
  E_RPC_UNREACHABLE: ["Nothing answers at the node's address.", 'Start a node or `npm run dev`, or set --rpc.'],
  E_SIGNERS: ['These keys cannot sign together.', 'At most 64 distinct keys sign one transaction.'],
  E_SIGNERS_ABSENT: [
    'This wallet does not hold every key that must sign.',
    'Sign together: see `surety cosign --help`.'
  ],
  E_STOPPED: ['The node is stopping.', 'Try another node.'],
  E_SYNCING: ['The node is not synchronised.', 'Wait until `surety node status` says so.'],
  E_TIMEOUT: ['No answer came in time.', 'An instruction may still run: look for it before you send another.'],
  E_TOO_LARGE: ['A message is above its limit.', 'Send less at once.'],
  E_TRANSACTION_UNKNOWN: [
    'There is no one transaction of this id.',
    'See `surety wallet history`; another node may know it.'
  ],
  E_USAGE: ['The command is said differently.', 'Add --help to the command to see what it takes.'],
  E_WALLET_LOCKED: [
    'The wallet has to be opened for this.',
    'Run a command that asks for its password, such as `surety pay --dry-run`: it prepares new addresses.'
  ],
  E_WALLET_NAME: ['A wallet cannot be called that.', 'Use a-z, 0-9 and hyphens, at most 32.']
}
