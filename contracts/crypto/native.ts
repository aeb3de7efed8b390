// Where the floor above may install faster bodies of the same functions (node:crypto, WebAssembly). Each must
// agree with the portable one; verify may answer "valid" early but never has the last word on "invalid"
// [SIG-1].

export interface NativeCrypto {
  readonly sha256: (data: Uint8Array) => Uint8Array
  /** The same as lower-case hexadecimal or as octets, without an array in between. */
  readonly sha256Text?: (data: Uint8Array, form: 'hex' | 'octets') => string
  /** True only if surely valid; false means "ask the portable verifier". */
  readonly verifyFast: (publicKeyHex: string, message: Uint8Array, signature: Uint8Array) => boolean
  readonly sign: (secretKey: Uint8Array, message: Uint8Array) => Uint8Array
}

let installed: NativeCrypto | undefined

/** Installs the platform's crypto once, at process start. */
export function installNativeCrypto(native: NativeCrypto): void {
  installed = native
}

export function nativeCrypto(): NativeCrypto | undefined {
  return installed
}
