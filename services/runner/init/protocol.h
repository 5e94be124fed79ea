#ifndef KOZMIC_SERVICES_RUNNER_INIT_PROTOCOL_H_
#define KOZMIC_SERVICES_RUNNER_INIT_PROTOCOL_H_

// What the runner and kozmic-init tell each other, through files of the job folder. The folder is
// seen at kJobFolder in the job's container; only root can write there.
//
//   instructions  runner -> init. kInstructionsMagic, then records, each ended by NUL: a letter and
//                 a value. u: the user's name. h: its home, and the folder that is made its own.
//                 w: the folder to run in. s: the script's path. e: NAME=VALUE of the script's
//                 environment, any number of times.
//   script        runner -> init. Executable.
//   go            runner -> init. A named pipe, optional. Init is started while the runner still
//                 fetches the commit; it runs the script once it has read a byte, and leaves when
//                 the pipe ends without one.
//   log           script -> runner. What the script writes to its output and error output, byte
//                 for byte; also init's own lines, which start with "kozmic: ".
//   started       init -> runner. Exists, durably, before the script's first instruction runs.
//   exit          init -> runner. Appears whole, after the last byte of the log is durable: one of
//                 "code N", "signal N", "error SENTENCE", then perhaps "log-error SENTENCE" when
//                 not all of the log could be written; each ended by a newline.
namespace kozmic::init {

inline constexpr char kInitPath[] = "/.kozmic/init";
inline constexpr char kJobFolder[] = "/.kozmic/job";

inline constexpr char kInstructionsMagic[] = "kozmic-init 1\n";
inline constexpr char kInstructionsFile[] = "instructions";
inline constexpr char kScriptFile[] = "script";
inline constexpr char kGoFile[] = "go";
inline constexpr char kLogFile[] = "log";
inline constexpr char kStartedFile[] = "started";
inline constexpr char kExitFile[] = "exit";

// Signals that init understands, besides those it forwards to the script: end everything at once,
// then report as usual. (KILL would end init itself, unreported.)
inline constexpr char kKillEverythingSignal[] = "USR1";

}  // namespace kozmic::init

#endif  // KOZMIC_SERVICES_RUNNER_INIT_PROTOCOL_H_
