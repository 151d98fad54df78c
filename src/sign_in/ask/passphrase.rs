//! The passphrase of a key that is kept in a file: asked for on the terminal or in a window, as codes are.

use secrecy::{ExposeSecret, SecretString};

use crate::edge::output::Ui;
use crate::edge::prompt::reply::Reply;
use crate::edge::prompt::terminal::{Ask, Echo};
use crate::edge::store::cache::Cache;
use crate::error::{Error, Result};
use crate::escape::printable;
use crate::model::environment::Environment;
use crate::model::prompt::question::QUESTION_TIME;
use crate::options::SignIn;
use crate::sign_in::ask::code_source::{Codes, find_person};
use crate::sign_in::ask::turn::take_turn;

/// What windows call it.
const LABEL: &str = "Passphrase";
/// A shorter one is found by trying.
const SHORTEST_PASSPHRASE: usize = 8;
/// How many new passphrases a person may get wrong.
const MOST_TRIES: u32 = 3;

/// Someone who knows the passphrase.
pub(crate) struct Asker {
    person: Codes,
    /// What it is for: `the key AKIA... of testuser`.
    of: String,
}

/// Why there is no passphrase.
#[derive(Debug)]
pub(crate) struct NoAnswer {
    pub(crate) cause: String,
    /// Whether a person was asked.
    pub(crate) by_person: bool,
}

impl Asker {
    /// Finds someone to ask.
    ///
    /// # Errors
    /// No one can be asked, by `fail`.
    pub(crate) fn find(
        env: &Environment,
        sign_in: &SignIn,
        cache: &Cache,
        ui: Ui,
        of: String,
        fail: impl Fn(&str) -> Error,
    ) -> Result<Self> {
        let mut person = find_person(env, sign_in, fail)?;
        if let Some((terminal, _)) = person.person() {
            take_turn(terminal, cache, ui)?;
        }
        Ok(Self { person, of })
    }

    /// Asks for the passphrase; `problem` is what was wrong with the last answer.
    pub(crate) fn ask(
        &mut self,
        problem: Option<&str>,
    ) -> std::result::Result<SecretString, NoAnswer> {
        self.ask_for("Passphrase", problem)
    }

    /// Asks for a new passphrase, twice.
    pub(crate) fn ask_new(&mut self) -> std::result::Result<SecretString, NoAnswer> {
        let mut problem = None;
        for _ in 0..MOST_TRIES {
            let passphrase = self.ask_for("New passphrase", problem.as_deref())?;
            if passphrase.expose_secret().chars().count() < SHORTEST_PASSPHRASE {
                problem = Some(format!(
                    "that is too short, take at least {SHORTEST_PASSPHRASE} characters"
                ));
                continue;
            }
            let again = self.ask_for("The same passphrase again", None)?;
            if again.expose_secret() == passphrase.expose_secret() {
                return Ok(passphrase);
            }
            problem = Some("the two were not the same".to_owned());
        }
        Err(NoAnswer {
            cause: problem.unwrap_or_default(),
            by_person: true,
        })
    }

    fn ask_for(
        &mut self,
        what: &str,
        problem: Option<&str>,
    ) -> std::result::Result<SecretString, NoAnswer> {
        let of = printable(&self.of);
        let asked = match &mut self.person {
            Codes::Typed(terminal, wake) => {
                if let Some(problem) = problem {
                    terminal.say(&format!("mfaexec: {problem}"));
                }
                let question = format!("{what} for {of}: ");
                let ask = Ask {
                    echo: Echo::Hidden,
                    ..Ask::openly(&question)
                };
                terminal.ask(ask, wake)
            }
            Codes::Asked(dialogs, wake) => {
                dialogs.problem = problem.map(str::to_owned);
                dialogs.ask_for(&[format!("{what} for {of}")], LABEL, wake)
            }
            Codes::Given(_) | Codes::Printed(_) => Err("no one can be asked".to_owned()),
        };
        let timed_out = match asked {
            Ok(Reply::Line(line)) => return Ok(line),
            Ok(Reply::TimedOut) => true,
            Ok(Reply::Cancelled | Reply::Interrupted) => false,
            Err(cause) => {
                return Err(NoAnswer {
                    cause,
                    by_person: false,
                });
            }
        };
        let minutes = QUESTION_TIME.as_secs() / 60;
        let cause = match &self.person {
            Codes::Asked(dialogs, _) => dialogs.why_unanswered(timed_out),
            _ if timed_out => format!("no one answered the question for {minutes} minutes"),
            _ => "the question was not answered".to_owned(),
        };
        Err(NoAnswer {
            cause,
            by_person: true,
        })
    }
}
