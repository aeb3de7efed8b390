// Pages of error codes.
export const ERROR_PAGES: Readonly<Record<string, readonly [what: string, todo: string]>> = {}
