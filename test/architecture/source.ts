// One source file as the architecture rules see it: its tokens (comments and layout gone) and what it imports.
// Called by rules.ts and by both tests beside it. TypeScript's own scanner does the reading.
import { createScanner, SyntaxKind } from 'typescript/unstable/ast'

export interface Token {
  readonly kind: SyntaxKind
  readonly text: string
  /** 1-based. */
  readonly line: number
}

export interface Import {
  /** As written: '#contracts/codec/codec.ts', './x.ts', 'node:fs'. */
  readonly specifier: string
  readonly line: number
}

export interface Source {
  /** From the root of the tree, with forward slashes. */
  readonly path: string
  readonly text: string
  readonly tokens: readonly Token[]
  readonly imports: readonly Import[]
}

export function buildSource(path: string, text: string): Source {
  const tokens = tokensOf(text)
  return { path, text, tokens, imports: importsOf(tokens) }
}

/** A slash after one of these divides; anywhere else it opens a regular expression. */
const ENDS_A_VALUE: ReadonlySet<SyntaxKind> = new Set([
  SyntaxKind.Identifier,
  SyntaxKind.PrivateIdentifier,
  SyntaxKind.NumericLiteral,
  SyntaxKind.BigIntLiteral,
  SyntaxKind.StringLiteral,
  SyntaxKind.NoSubstitutionTemplateLiteral,
  SyntaxKind.TemplateTail,
  SyntaxKind.CloseParenToken,
  SyntaxKind.CloseBracketToken,
  SyntaxKind.CloseBraceToken,
  SyntaxKind.ThisKeyword,
  SyntaxKind.SuperKeyword,
  SyntaxKind.TrueKeyword,
  SyntaxKind.FalseKeyword,
  SyntaxKind.NullKeyword
])

function tokensOf(text: string): Token[] {
  const scanner = createScanner(true, undefined, text)
  const tokens: Token[] = []
  // For each open brace: did it come from `${` of a template?
  const braces: boolean[] = []
  let line = 1
  let counted = 0
  while (true) {
    let kind = scanner.scan()
    const previous = tokens.at(-1)
    const divides = previous !== undefined && ENDS_A_VALUE.has(previous.kind)
    if ((kind === SyntaxKind.SlashToken || kind === SyntaxKind.SlashEqualsToken) && !divides) {
      kind = scanner.reScanSlashToken()
    } else if (kind === SyntaxKind.CloseBraceToken && braces.pop() === true) {
      kind = scanner.reScanTemplateToken(false)
    }
    if (kind === SyntaxKind.OpenBraceToken) braces.push(false)
    if (kind === SyntaxKind.TemplateHead || kind === SyntaxKind.TemplateMiddle) braces.push(true)
    if (kind === SyntaxKind.EndOfFile) return tokens
    const start = scanner.getTokenStart()
    for (; counted < start; counted++) if (text[counted] === '\n') line += 1
    tokens.push({ kind, text: scanner.getTokenText(), line })
  }
}

/** Static, side-effect, re-exporting, dynamic and type-position imports alike. */
function importsOf(tokens: readonly Token[]): Import[] {
  const found: Import[] = []
  tokens.forEach((token, i) => {
    if (token.kind !== SyntaxKind.StringLiteral && token.kind !== SyntaxKind.NoSubstitutionTemplateLiteral) return
    const before = tokens[i - 1]?.text
    const opened = before === '(' && tokens[i - 2]?.kind === SyntaxKind.ImportKeyword
    if (before === 'from' || before === 'import' || opened) {
      found.push({ specifier: token.text.slice(1, -1), line: token.line })
    }
  })
  return found
}
