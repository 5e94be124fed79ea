// What ends a command, and with which exit status.

/** The exit statuses that scripts rely on. */
export const PASSED = 0;
export const NOT_PASSED = 1;
export const WRONG_USAGE = 2;
export const CANNOT_TELL = 3;

/** Nothing can be told of what was asked for, or nothing done about it. */
export class Failure extends Error {
  exit = CANNOT_TELL;
  /** Whether the same may succeed in a moment. */
  passing = false;
}

/** The caller asked for something that there is not. */
export class Usage extends Failure {
  exit = WRONG_USAGE;
}

/** Nobody answers, or the connection broke. */
export class Unreachable extends Failure {
  passing = true;
}

/** The server's own words for why not. */
export class Refused extends Failure {
  /** `wait`: for how many seconds it asks to be left alone. */
  constructor(status, message, wait = 0) {
    super(message);
    this.passing = status >= 500 || status === 429;
    this.wait = wait;
  }
}
