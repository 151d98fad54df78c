//! Two codes that follow one another, by which IAM finds out where the clock of a device is. Each counts
//! as used before it is sent, so that the next sign-in does not send it in vain.

use std::time::{Duration, Instant};

use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use crate::edge::aws::calls::mfa_devices::TwoCodes;
use crate::edge::clock::now;
use crate::edge::output::{Ui, is_dumb};
use crate::edge::prompt::reply::Reply;
use crate::edge::prompt::terminal::below::{Answer, Ending};
use crate::edge::prompt::terminal::{Ask, Echo, Terminal};
use crate::edge::signals::Wake;
use crate::edge::store::cache::Cache;
use crate::edge::store::used_codes;
use crate::error::{Error, Result};
use crate::model::mfa_device::picture::Picture;
use crate::model::mfa_device::screen::Screen;
use crate::model::mfa_device::seed::Seed;
use crate::model::session::one_time_code::{parse_code, seconds_to_next};
use crate::sign_in::ask::turn::take_turn;

/// How long a person may take for a code: an app may have to be installed first.
const CODES_TIME: Duration = Duration::from_secs(15 * 60);
const FIRST: &str = "First code: ";
const SECOND: &str = "The code after it: ";

/// A person at a terminal who has the device.
pub(crate) struct DeviceHolder<'a> {
    terminal: Terminal,
    wake: Wake,
    cache: &'a Cache,
    serial: String,
    shown: Option<ShownSeed>,
    problem: Option<String>,
    /// When the device shows a new code, where the last one is used.
    next_code: Option<Instant>,
}

/// What a person scans.
struct ShownSeed {
    seed: Seed,
    picture: Option<Picture>,
    letters: bool,
}

/// Why there are no codes.
pub(crate) enum Stopped {
    /// No one answered, or no one could.
    GivenUp(Error),
    /// By a signal, which is to be obeyed when things are in order.
    Ended(Ending),
}

impl From<Error> for Stopped {
    fn from(error: Error) -> Self {
        Self::GivenUp(error)
    }
}

/// The terminal to ask at, before anything is done that cannot go on without it. `draws` says whether a QR
/// code is shown there.
///
/// # Errors
/// There is none that a person could answer at.
pub(crate) fn open(what: &str, command: &str, draws: bool) -> Result<(Terminal, Wake)> {
    let refuse = |cause: &str| {
        Err(Error::new(
            format!("{what} needs a terminal with a person at it"),
            cause,
            format!("run it in a terminal window: {command}"),
        ))
    };
    if draws && is_dumb() {
        return refuse("TERM is dumb: it can neither show a QR code nor take it away again");
    }
    match (Terminal::open(), Wake::new()) {
        (Ok(terminal), Ok(wake)) => Ok((terminal, wake)),
        (Err(cause), _) => refuse(&cause),
        (_, Err(error)) => refuse(&error.to_string()),
    }
}

impl<'a> DeviceHolder<'a> {
    pub(crate) fn new(
        (terminal, wake): (Terminal, Wake),
        serial: &str,
        cache: &'a Cache,
        ui: Ui,
    ) -> Result<Self> {
        let mut terminal = terminal;
        take_turn(&mut terminal, cache, ui)?;
        Ok(Self {
            terminal,
            wake,
            cache,
            serial: serial.to_owned(),
            shown: None,
            problem: None,
            next_code: None,
        })
    }

    /// Shows the seed above the question from now on, as a QR code, with letters only on request.
    pub(crate) fn show(&mut self, seed: &Seed, user: &str, account: &str, letters: bool) {
        self.shown = Some(ShownSeed {
            seed: seed.clone(),
            picture: Picture::of(&seed.link(user, account)),
            letters,
        });
    }

    /// Asks for both codes, and writes them down as used.
    pub(crate) fn ask(&mut self) -> std::result::Result<TwoCodes, Stopped> {
        let first = self.fresh_code(FIRST, None)?;
        self.wait_for_next();
        match self.fresh_code(SECOND, Some(&first)) {
            Ok(second) => {
                self.wait_for_next();
                Ok([first, second])
            }
            Err(stopped) => {
                self.forget(&first);
                Err(stopped)
            }
        }
    }

    /// IAM did not take them: what to say at the next question.
    pub(crate) fn refused(&mut self) {
        self.problem = Some(
            "IAM did not accept these codes. They must follow one another: wait for a new one, and \
             type the one after it, too."
                .to_owned(),
        );
    }

    /// The codes surely did not come to AWS.
    pub(crate) fn not_sent(&self, codes: &TwoCodes) {
        codes.iter().for_each(|code| self.forget(code));
    }

    fn forget(&self, code: &SecretString) {
        if let Ok(directory) = self.cache.directory()
            && let Err(error) = used_codes::forget(&directory, &self.serial, code)
        {
            log::debug!("a code counts as used, although it was not: {error}");
        }
    }

    fn wait_for_next(&mut self) {
        let seconds = Duration::from_secs(seconds_to_next(now()));
        self.next_code = Some(Instant::now() + seconds);
    }

    /// Asks until there is a code that was not used before. `first` is the one that it must follow.
    fn fresh_code(
        &mut self,
        question: &str,
        first: Option<&SecretString>,
    ) -> std::result::Result<SecretString, Stopped> {
        let until = Instant::now() + CODES_TIME;
        loop {
            let typed = self.line(question, until)?;
            let text = Zeroizing::new(typed.expose_secret().trim().to_lowercase());
            if let Some(shown) = &mut self.shown
                && matches!(text.as_str(), "s" | "")
            {
                // An empty line draws it again, for a window that has another size now.
                shown.letters ^= text.as_str() == "s";
                continue;
            }
            self.problem = Some(match parse_code(&typed) {
                None => "That is not a code: a code has six digits.".to_owned(),
                Some(code) if first.is_some_and(|first| is_same(first, &code)) => {
                    self.wait_for_next();
                    "That is the first code once more. Wait for the one after it.".to_owned()
                }
                Some(code) if self.claim(&code)? => {
                    self.problem = None;
                    return Ok(code);
                }
                Some(_) => {
                    self.wait_for_next();
                    "This code was used already: wait for the next one.".to_owned()
                }
            });
        }
    }

    fn claim(&self, code: &SecretString) -> Result<bool> {
        let Ok(directory) = self.cache.directory() else {
            // There is no place for a memory.
            return Ok(true);
        };
        used_codes::claim(&directory, &self.serial, code).map_err(|error| {
            Error::new(
                "no code was sent: mfaexec cannot record its use",
                error.to_string(),
                format!("make room in {}", self.cache.path().display()),
            )
        })
    }

    fn line(
        &mut self,
        question: &str,
        until: Instant,
    ) -> std::result::Result<SecretString, Stopped> {
        let picture = self.drawn();
        if let (None, Some(problem)) = (&picture, self.problem.take()) {
            self.terminal.say(&format!("mfaexec: {problem}"));
        }
        let ask = Ask {
            question,
            echo: Echo::Hidden,
            next_code: self.next_code,
            until,
        };
        let picture = picture.as_ref().map(|picture| picture.as_str());
        let answer = self.terminal.ask_below(picture, ask, &mut self.wake);
        let unanswered = |cause: &str| {
            let remedy = "run the same command again";
            Stopped::GivenUp(Error::new("no codes were given", cause, remedy))
        };
        match answer {
            Ok(Answer::Reply(Reply::Line(line))) => Ok(line),
            Ok(Answer::Reply(Reply::TimedOut)) => {
                let minutes = CODES_TIME.as_secs() / 60;
                Err(unanswered(&format!(
                    "no one answered the question for {minutes} minutes"
                )))
            }
            Ok(Answer::Reply(Reply::Cancelled | Reply::Interrupted)) => {
                Err(unanswered("the question was not answered"))
            }
            Ok(Answer::Ending(ending)) => Err(Stopped::Ended(ending)),
            Err(cause) => Err(unanswered(&cause)),
        }
    }

    /// What is on the screen above the question.
    fn drawn(&self) -> Option<Zeroizing<String>> {
        let shown = self.shown.as_ref()?;
        let screen = Screen {
            picture: shown.picture.as_ref(),
            seed: &shown.seed,
            shows_letters: shown.letters,
            problem: self.problem.as_deref(),
        };
        let (columns, rows) = self.terminal.size();
        Some(screen.text(columns, rows))
    }
}

fn is_same(one: &SecretString, other: &SecretString) -> bool {
    one.expose_secret() == other.expose_secret()
}
