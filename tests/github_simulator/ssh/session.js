/**
 * The command that sshd runs for a deploy key, whatever its client asked for: hands everything on to
 * the simulator. Arguments: the folder of the simulator's socket, the deploy key's id.
 */
import net from 'node:net';
import { FRAME, FrameReader } from './frames.js';

const [folder, keyId] = process.argv.slice(2);
process.chdir(folder); // a socket's path may have 107 characters only
const socket = net.connect({ path: 'control', allowHalfOpen: true });
const reader = new FrameReader();
let code = 1; // until told otherwise

socket.write(`${JSON.stringify({
  key_id: Number(keyId),
  command: process.env.SSH_ORIGINAL_COMMAND ?? '',
  protocol: process.env.GIT_PROTOCOL ?? '',
})}\n`);
process.stdin.pipe(socket);

socket.on('data', (bytes) => {
  for (const { type, content } of reader.read(bytes)) {
    if (type === FRAME.exit) {
      [code] = content;
      continue;
    }
    const target = type === FRAME.out ? process.stdout : process.stderr;
    if (target.write(content)) continue;
    socket.pause();
    target.once('drain', () => socket.resume());
  }
});
socket.on('error', () => process.stderr.write('ERROR: Service unavailable.\n'));
socket.on('close', () => {
  // The exit waits for what is written.
  process.exitCode = code;
  process.stdin.destroy();
});
socket.on('end', () => socket.end());
process.stdout.on('error', () => socket.destroy());
