// The one error class of the plumbing. A promise of the runtime rejects with it and with nothing else, so callers
// branch on `code` and never on texts. Rules never see it: drivers turn it into events.

export type RuntimeCode =
  /** The data folder or database is held by another process. */
  | 'E_DATA_LOCKED'
  /** The database cannot be opened, migrated or trusted to keep what it acknowledges. */
  | 'E_DATA_UNUSABLE'
  /** What is final in the data folder is older than the bonds behind it are held; a trusted head leads on. */
  | 'E_DATA_STALE'
  /** The trusted head is not a block of the chain in the data folder. */
  | 'E_DATA_UNTRUSTED'
  /** No address of the peer answered, or none is known. */
  | 'E_PEER_UNREACHABLE'
  /** Another program listens there, or the system does not let us. */
  | 'E_PORT_TAKEN'
  /** The peer answered but ended the stream without the expected frame, for example because it is busy. */
  | 'E_PEER_REFUSED'
  /** The peer does not speak the protocol. */
  | 'E_PROTOCOL_UNSUPPORTED'
  /** The deadline passed. */
  | 'E_TIMEOUT'
  /** A message is above the limit of its protocol, topic or record. */
  | 'E_TOO_LARGE'
  /** Bytes that do not form the one frame the protocol expects. */
  | 'E_BAD_FRAME'
  /** An address or peer id that does not parse. */
  | 'E_BAD_ADDRESS'
  /** The validator of the record's namespace refused it, or there is no such namespace. */
  | 'E_RECORD_REFUSED'
  /** A bounded queue is full. */
  | 'E_BUSY'
  /** The part was stopped. */
  | 'E_STOPPED'

export class RuntimeError extends Error {
  override readonly name = 'RuntimeError'
  readonly code: RuntimeCode

  constructor(code: RuntimeCode, why: string) {
    super(why)
    this.code = code
  }
}

export function isRuntimeError(error: unknown): error is RuntimeError {
  return error instanceof RuntimeError
}
