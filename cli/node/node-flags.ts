// How V8 is told that a process is a node: flags that cannot be set from inside. Used by whoever starts nodes; package.json,
// the systemd unit and the container file say the same.

/**
 * A node makes short-lived objects all the time, so V8 lets the space for new ones grow to 3 x 16 MB, at rest as well. In MB,
 * of one of its three parts.
 */
export const NODE_FLAGS = ['--max-semi-space-size=2'] as const
