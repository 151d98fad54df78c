//! Questions in a window of zenity, kdialog or osascript. What they show comes as arguments, never
//! as a script; what was typed comes back on a pipe.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use zeroize::Zeroizing;

use crate::edge::process::ending::Group;
use crate::edge::process::subprocess::{Heard, Subprocess, exit_code, without_secrets};
use crate::edge::prompt::reply::{QuestionText, Reply};
use crate::edge::signals::{Wake, attend};
use crate::model::prompt::method::DialogKind;
use crate::model::prompt::question::QUESTION_TIME;

const TITLE: &str = "mfaexec";
/// Bytes of an answer. More are no code.
const ANSWER_LIMIT: usize = 4096;

/// A program of AppleScript that takes its text and title as arguments. A dialog of a program that is
/// not in front would open behind the windows of the one that is.
const APPLESCRIPT: [&str; 5] = [
    "on run argv",
    "activate",
    "set answer to display dialog (item 1 of argv) with title (item 2 of argv) \
     default answer \"\" with hidden answer",
    "return text returned of answer",
    "end run",
];

/// Asks.
///
/// # Errors
/// The program cannot be started, or cannot ask; in words.
pub(crate) fn ask(
    kind: DialogKind,
    program: &Path,
    asked: QuestionText<'_>,
    wake: &mut Wake,
) -> Result<Reply, String> {
    let args = arguments(kind, asked);
    attend(wake, |wake| ask_once(kind, program, &args, wake))
}

fn ask_once(
    kind: DialogKind,
    program: &Path,
    args: &[String],
    wake: &Wake,
) -> Result<Reply, String> {
    let in_words = |error: std::io::Error| error.to_string();
    let mut command = Command::new(program);
    command.args(args);
    let command = without_secrets(command);
    let dialog = Subprocess::start(command, Stdio::null(), Group::Own);
    let mut dialog = dialog.map_err(in_words)?;
    let until = Instant::now() + QUESTION_TIME;
    loop {
        match dialog.listen(wake, until).map_err(in_words)? {
            Heard::Printed if dialog.printed.len() > ANSWER_LIMIT => {
                return Err("what it prints does not end".to_owned());
            }
            Heard::Printed | Heard::Complained => {}
            Heard::Closed | Heard::Ended => break,
            Heard::Woken => return Ok(Reply::Interrupted),
            Heard::TooLate => return Ok(Reply::TimedOut),
        }
    }
    let code = dialog.ended().map(exit_code);
    if code == Some(0) {
        let text = Zeroizing::new(String::from_utf8_lossy(&dialog.printed).into_owned());
        return Ok(Reply::Line(text.trim_end_matches('\n').into()));
    }
    if code == Some(1) && is_cancel(kind, &String::from_utf8_lossy(dialog.complaints())) {
        return Ok(Reply::Cancelled);
    }
    let reason = dialog.reason("it failed");
    Err(match kind {
        // errAENoUserInteraction: a job of the system, or a locked screen.
        DialogKind::Osascript if reason.contains("(-1713)") => {
            format!("macOS lets it show no window: {reason}")
        }
        _ => reason,
    })
}

/// Whether an exit code of 1 means that the person did not want to answer. With zenity it does so
/// also where there is no display, with osascript wherever it fails.
fn is_cancel(kind: DialogKind, complaints: &str) -> bool {
    match kind {
        // userCanceledErr.
        DialogKind::Osascript => complaints.contains("(-128)"),
        _ => !complaints.contains("open display"),
    }
}

fn arguments(kind: DialogKind, asked: QuestionText<'_>) -> Vec<String> {
    let problem = asked.problem.map(|problem| format!("{problem}\n\n"));
    let text = problem.unwrap_or_default() + &asked.lines.join("\n");
    let args = |args: &[&str]| args.iter().map(|arg| (*arg).to_owned()).collect();
    match kind {
        // It reads escapes in its text, and takes a single `_` for the mark of a key.
        DialogKind::Zenity => {
            let text = text.replace('\\', "\\\\").replace('_', "__");
            args(&["--entry", "--hide-text", "--title", TITLE, "--text", &text])
        }
        // It also reads escapes, and takes what looks like HTML for it.
        DialogKind::Kdialog => {
            let text = text.replace('\\', "\\\\").replace('<', "‹");
            args(&["--title", TITLE, "--password", &text])
        }
        DialogKind::Osascript => {
            let script = APPLESCRIPT.iter().flat_map(|line| ["-e", *line]);
            args(&script.chain([text.as_str(), TITLE]).collect::<Vec<_>>())
        }
        // It is told on a pipe.
        DialogKind::Pinentry => Vec::new(),
    }
}
