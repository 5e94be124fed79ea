// What of a log's panel is loaded a moment after it.
export { FindBar } from './find_bar';
export { printLog } from './log_print';
export { textOfLines } from '../log/lines_text';
