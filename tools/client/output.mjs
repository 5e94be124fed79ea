// What a command tells: results on standard output, everything else on standard error.
import { clean, cleanJson } from './clean.mjs';
import { painter } from './show.mjs';

/** As a program that SIGPIPE ends: whoever read the output has seen enough. */
const READER_GONE = 128 + 13;

export class Output {
  constructor(environment) {
    this.paint = painter(process.stdout, environment);
    process.stdout.on('error', (error) => {
      if (error.code === 'EPIPE') process.exit(READER_GONE);
      throw error;
    });
  }

  line(text) {
    process.stdout.write(`${text}\n`);
  }

  json(value) {
    this.line(cleanJson(value));
  }

  /** Resolves when there may be more. */
  async bytes(bytes) {
    if (!process.stdout.write(bytes)) await new Promise((resolve) => process.stdout.once('drain', resolve));
  }

  note(text) {
    process.stderr.write(`kozmic: ${clean(text)}\n`);
  }
}
