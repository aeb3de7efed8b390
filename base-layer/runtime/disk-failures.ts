// What every statement of every database is watched for: an error after which the disk, or what is on it, cannot be
// relied on. Whoever runs a node listens, stops signing and ends the process [FIN-7]; the error itself goes on its way,
// so code above that catches everything cannot make a node go on.
import SqliteDatabase from 'better-sqlite3'

export type DiskFailureListener = (error: unknown) => void

const listeners = new Set<DiskFailureListener>()

/** Called at the failed statement, before the error reaches its caller. Returns what ends it. */
export function onDiskFailure(listener: DiskFailureListener): () => void {
  listeners.add(listener)
  return () => {
    listeners.delete(listener)
  }
}

/** For damage that a store finds itself, such as a row that is not what was written. */
export function reportDiskFailure(error: unknown): void {
  for (const listener of listeners) listener(error)
}

/**
 * A failed write or sync, a full disk, a damaged page. Such a write is never tried again: after a failed
 * fsync the kernel may take the lost pages for clean.
 */
export function isDiskFailure(error: unknown): boolean {
  if (!(error instanceof SqliteDatabase.SqliteError)) return false
  return /^SQLITE_(IOERR|FULL|CORRUPT|NOTADB|CANTOPEN|READONLY|NOMEM)/.test(error.code)
}

/** Makes every statement and transaction of a connection report disk failures. */
export function watchForFailures(handle: SqliteDatabase.Database): void {
  const prepare = handle.prepare.bind(handle)
  handle.prepare = ((text: string) => watchStatement(prepare(text))) as typeof handle.prepare
  const transaction = handle.transaction.bind(handle)
  handle.transaction = ((body: (...args: unknown[]) => unknown) => {
    const made = transaction(body)
    const { deferred, immediate, exclusive } = made
    return Object.assign(reporting(made), {
      default: reporting(made),
      deferred: reporting(deferred),
      immediate: reporting(immediate),
      exclusive: reporting(exclusive)
    })
  }) as typeof handle.transaction
}

function watchStatement(statement: SqliteDatabase.Statement): SqliteDatabase.Statement {
  const { run, get, all, iterate } = statement
  statement.run = reporting(run.bind(statement))
  statement.get = reporting(get.bind(statement))
  statement.all = reporting(all.bind(statement))
  statement.iterate = watchRows(iterate.bind(statement))
  return statement
}

/** Rows are read as they are asked for, so each step may fail. */
function watchRows(iterate: (...args: unknown[]) => IterableIterator<unknown>) {
  return (...args: unknown[]): IterableIterator<unknown> => {
    const rows = iterate(...args)
    rows.next = reporting(rows.next.bind(rows))
    return rows
  }
}

function reporting<Args extends unknown[], Result>(call: (...args: Args) => Result): (...args: Args) => Result {
  return (...args) => {
    try {
      return call(...args)
    } catch (error) {
      if (isDiskFailure(error)) reportDiskFailure(error)
      throw error
    }
  }
}
