#ifndef KOZMIC_SERVICES_RUNNER_INIT_PROTOCOL_H_
#define KOZMIC_SERVICES_RUNNER_INIT_PROTOCOL_H_

// What the runner and kozmic-init tell each other, through files of the job folder. The folder is
// seen at kJobFolder in the job's container; only root can write there.
//
//   instructions  runner -> init. kInstructionsMagic, then records, each ended by NUL: a letter and
//                 a value. Init reads them when it starts, for user and home alone, which must stay
//                 the same, and again once it has the word: a container may be started before its
//                 job is known. u: the user's name. h: its home, and the folder that is made its
//                 own. w: the folder to run in. s: the script's path. n: optional; the script gains
//                 no rights by what it executes, so that sudo is refused. e: NAME=VALUE of the
//                 script's environment, any number of times.
//   script        runner -> init. Executable.
//   secrets       runner -> init. Optional; mode 0600. kSecretsMagic, then NAME=VALUE records, each
//                 ended by NUL. Written right before the word, and removed by init before anything
//                 of the project's runs. Each secret is in the script's environment and is masked
//                 in the log; see mask.h.
//   ready         init -> runner. Exists when init waits for the word.
//   go            runner -> init. A named pipe, optional. Init is started while the runner still
//                 fetches the commit; it runs the script once it has read a byte, and leaves when
//                 the pipe ends without one. The byte is kGoWithSecrets when the file `secrets`
//                 was written: without it, then, nothing runs. Later bytes end the script before
//                 its time, and do not need the engine: kEnd as TERM does, kKill as USR1 does.
//                 Or a plain file, empty at first, to which the same bytes are added: for
//                 containers whose kernel is not the host's, which no pipe reaches. Then init looks
//                 at it now and then, and does not see that the runner ends.
//   log           script -> runner. What the script writes to its output and error output, byte
//                 for byte but for masks; also init's own lines, which start with "kozmic: ".
//   started       init -> runner. Exists, durably, before the script's first instruction.
//   exit          init -> runner. Appears whole, after the last byte of the log is durable: one of
//                 "code N", "signal N" (the script's end), "error SENTENCE", then perhaps
//                 "note SENTENCE" that may explain the end, then perhaps "log-error SENTENCE" when
//                 not all of the log could be written; each ended by a newline.
//
// Of several variables of one name in the script's environment, the first of this order counts: the
// instructions' (among them TERM, CI and KOZMIC_*); HOME, USER, LOGNAME, SHELL and PWD; the
// secrets, but for PATH and names that begin with KOZMIC, which no secret sets; the image's own; a
// PATH of init's.
namespace kozmic::init {

inline constexpr char kInitPath[] = "/.kozmic/init";
inline constexpr char kJobFolder[] = "/.kozmic/job";

inline constexpr char kInstructionsMagic[] = "kozmic-init 2\n";
inline constexpr char kInstructionsFile[] = "instructions";
inline constexpr char kScriptFile[] = "script";
inline constexpr char kSecretsMagic[] = "kozmic-secrets 1\n";
inline constexpr char kSecretsFile[] = "secrets";
inline constexpr char kReadyFile[] = "ready";
inline constexpr char kGoFile[] = "go";
inline constexpr char kLogFile[] = "log";
inline constexpr char kStartedFile[] = "started";
inline constexpr char kExitFile[] = "exit";

inline constexpr char kGo = 'g';
inline constexpr char kGoWithSecrets = 's';
inline constexpr char kEnd = 'e';
inline constexpr char kKill = 'k';

// Signals that init understands, besides those it forwards to the script: end everything at once,
// then report as usual. (KILL would end init itself, unreported.)
inline constexpr char kKillEverythingSignal[] = "USR1";

}  // namespace kozmic::init

#endif  // KOZMIC_SERVICES_RUNNER_INIT_PROTOCOL_H_
