// What of a log's panel is loaded a moment after it.
export { FindBar } from './find_bar';
export { ErrorSteps } from './log_errors';
export { Selection } from './log_selection';
export { textOfLines } from '../log/lines_text';
export { printLog } from './log_print';
/** For the page that compares logs. */
export { Comparison } from '../log/comparison';
