//! Questions in a pinentry, GnuPG's program for them, by its own protocol: any flavour, in a window
//! or on a terminal.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::libc;
use nix::sys::termios::{SetArg, Termios, tcgetattr, tcsetattr};
use secrecy::SecretString;
use zeroize::Zeroizing;

use crate::edge::process::ending::Group;
use crate::edge::process::subprocess::{Heard, Subprocess, without_secrets};
use crate::edge::prompt::reply::{QuestionText, Reply};
use crate::edge::signals::{Wake, attend};
use crate::model::prompt::assuan::{AssuanError, Response, option, request, response};
use crate::model::prompt::question::QUESTION_TIME;

/// How long it may take to answer what it asks no one about.
const ANSWER_TIME: Duration = Duration::from_secs(10);
/// How much later than itself mfaexec gives it up.
const GIVE_UP_DELAY: Duration = Duration::from_secs(5);

/// Bytes of an answer, in all its lines. More are no code.
const ANSWER_LIMIT: usize = 4096;

/// Where a pinentry asks.
#[derive(Debug, Clone, Default)]
pub(crate) struct Surroundings {
    /// The terminal for those flavours that ask on one. Without it they are of no use.
    pub terminal: Option<String>,
    /// What the environment says of terminal and language: names and values of pinentry's options.
    pub options: Vec<(&'static str, String)>,
}

/// Asks.
///
/// # Errors
/// It cannot be started, ask, or be understood; in words.
pub(crate) fn ask(
    program: &Path,
    place: &Surroundings,
    asked: QuestionText<'_>,
    wake: &mut Wake,
) -> Result<Reply, String> {
    attend(wake, |wake| {
        let _modes = place.terminal.as_deref().and_then(KeptModes::keep);
        match Talk::start(program, place, wake).and_then(|mut talk| talk.ask(place, asked)) {
            Ok(answer) => Ok(Reply::Line(answer)),
            Err(End::Reply(said)) => Ok(said),
            Err(End::Refused(cause) | End::Failed(cause)) => Err(cause),
        }
    })
}

/// Why there is no answer.
enum End {
    /// The person, the time or a signal ended it.
    Reply(Reply),
    /// The program will not do this one thing.
    Refused(String),
    /// It is no longer of use.
    Failed(String),
}

/// What is said in the one line that a pinentry has for what went wrong. Long ones are cut off.
const TRY_AGAIN: &str = "Please try again.";
/// Columns of a description, so that it fits a terminal of eighty with its frame.
const WIDTH: usize = 70;

/// The question, and before it what went wrong with the last answer, in lines that are not cut off.
fn description(asked: QuestionText<'_>) -> String {
    let mut lines = Vec::new();
    if let Some(problem) = asked.problem {
        let mut line = String::new();
        for word in problem.split(' ') {
            if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > WIDTH {
                lines.push(std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        lines.extend([line, String::new()]);
    }
    lines.extend_from_slice(asked.lines);
    lines.join("\n")
}

impl From<io::Error> for End {
    fn from(error: io::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

struct Talk<'a> {
    process: Subprocess,
    wake: &'a Wake,
}

/// What came with an answer, or a line of it.
type Data = Zeroizing<Vec<u8>>;

impl<'a> Talk<'a> {
    fn start(program: &Path, place: &Surroundings, wake: &'a Wake) -> Result<Self, End> {
        // One that may ask on the terminal has to be in the group that the terminal listens to.
        let group = match place.terminal {
            Some(_) => Group::Shared,
            None => Group::Own,
        };
        let command = without_secrets(Command::new(program));
        let process = Subprocess::start(command, Stdio::piped(), group)?;
        let mut talk = Self { process, wake };
        talk.answer(ANSWER_TIME)?;
        Ok(talk)
    }

    fn ask(&mut self, place: &Surroundings, asked: QuestionText<'_>) -> Result<SecretString, End> {
        let terminal = place.terminal.iter().map(|name| ("ttyname", name));
        let options = place.options.iter().map(|(name, value)| (*name, value));
        for line in terminal
            .chain(options)
            .filter_map(|(name, value)| option(name, value))
        {
            self.try_to(&line)?;
        }
        if place.terminal.is_none() {
            self.must_have_windows()?;
        }
        let label = format!("{}:", asked.label);
        for (command, text) in [
            ("SETTITLE", "mfaexec"),
            ("SETDESC", &description(asked)),
            ("SETPROMPT", &label),
            ("SETERROR", asked.problem.map_or("", |_| TRY_AGAIN)),
            ("SETTIMEOUT", &QUESTION_TIME.as_secs().to_string()),
        ] {
            if !text.is_empty() {
                self.try_to(&request(command, text))?;
            }
        }
        let pin = self.get("GETPIN\n", QUESTION_TIME + GIVE_UP_DELAY)?;
        // It may be gone, and is not asked again.
        let _ = self.process.tell("BYE\n");
        self.process.hush();
        self.process.ended();
        let text = Zeroizing::new(String::from_utf8_lossy(&pin).into_owned());
        Ok(SecretString::from(text.as_str()))
    }

    /// Sends a request that an old pinentry may not know.
    fn try_to(&mut self, line: &str) -> Result<(), End> {
        match self.get(line, ANSWER_TIME) {
            Ok(_) | Err(End::Refused(_)) => Ok(()),
            Err(end) => Err(end),
        }
    }

    /// Those that ask on a terminal would find none, or say that the person did not want to answer.
    fn must_have_windows(&mut self) -> Result<(), End> {
        match self.get("GETINFO flavor\n", ANSWER_TIME) {
            // `gnome3:curses` is one that has no display after all.
            Ok(flavor)
                if matches!(
                    flavor.rsplit(|byte| *byte == b':').next(),
                    Some(b"curses" | b"tty")
                ) =>
            {
                let flavor = String::from_utf8_lossy(&flavor);
                Err(End::Failed(format!(
                    "its flavour {flavor} asks on a terminal"
                )))
            }
            Ok(_) | Err(End::Refused(_)) => Ok(()),
            Err(end) => Err(end),
        }
    }

    /// Sends a request and waits for the answer.
    fn get(&mut self, line: &str, patience: Duration) -> Result<Data, End> {
        match self.process.tell(line) {
            // It has ended. Why, it may have told.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => self.answer(patience),
            told => told.map_err(End::from).and_then(|()| self.answer(patience)),
        }
    }

    fn answer(&mut self, patience: Duration) -> Result<Data, End> {
        let until = Instant::now() + patience;
        let mut data = Data::new(Vec::with_capacity(ANSWER_LIMIT));
        loop {
            match response(&self.line(until, patience)?) {
                Response::Done => return Ok(data),
                Response::Data(more) if data.len() + more.len() <= ANSWER_LIMIT => {
                    data.extend_from_slice(&more);
                }
                Response::Remark => {}
                // It wants to know something that no one here knows.
                Response::Inquiry => self.process.tell("END\n")?,
                Response::Failed(AssuanError::Cancelled) => {
                    return Err(End::Reply(Reply::Cancelled));
                }
                Response::Failed(AssuanError::TimedOut) => return Err(End::Reply(Reply::TimedOut)),
                Response::Failed(AssuanError::Other(asked)) => return Err(End::Refused(asked)),
                Response::Data(_) | Response::Nonsense => return Err(not_understood()),
            }
        }
    }

    /// The next line, without its end.
    fn line(&mut self, until: Instant, patience: Duration) -> Result<Data, End> {
        loop {
            let printed = &mut self.process.printed;
            if let Some(end) = printed.iter().position(|byte| *byte == b'\n') {
                let line = Data::new(printed[..end].to_vec());
                printed.drain(..=end);
                return Ok(line);
            }
            if self.process.printed.len() > ANSWER_LIMIT {
                return Err(not_understood());
            }
            match self.process.listen(self.wake, until)? {
                Heard::Printed | Heard::Complained => {}
                Heard::Woken => return Err(End::Reply(Reply::Interrupted)),
                Heard::TooLate if patience > ANSWER_TIME => {
                    return Err(End::Reply(Reply::TimedOut));
                }
                Heard::TooLate => {
                    let seconds = patience.as_secs();
                    return Err(End::Failed(format!("it said nothing for {seconds} s")));
                }
                Heard::Closed | Heard::Ended => {
                    return Err(End::Failed(self.process.reason("it ended")));
                }
            }
        }
    }
}

fn not_understood() -> End {
    End::Failed("what it says is not pinentry's protocol".to_owned())
}

/// The modes of a terminal, for the case that a pinentry is taken away in the middle of a question.
struct KeptModes {
    tty: File,
    before: Termios,
}

impl KeptModes {
    fn keep(name: &str) -> Option<Self> {
        let mut options = OpenOptions::new();
        let options = options.read(true).write(true).custom_flags(libc::O_NOCTTY);
        let tty = options.open(name).ok()?;
        let before = tcgetattr(&tty).ok()?;
        Some(Self { tty, before })
    }
}

impl Drop for KeptModes {
    fn drop(&mut self) {
        if tcgetattr(&self.tty).is_ok_and(|modes| modes != self.before) {
            // The terminal may be gone.
            let _ = tcsetattr(&self.tty, SetArg::TCSAFLUSH, &self.before);
        }
    }
}
