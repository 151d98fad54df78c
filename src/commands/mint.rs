//! Trading a code for a session: where the code comes from, what is wrong with it, what STS says.

use std::time::{Duration, Instant};

use secrecy::SecretString;

use super::acquire::{device_id, now};
use super::codes::{Codes, cannot_ask};
use super::sign_in::SigningIn;
use crate::edge::answer::{Called, Identity, TemporaryKeys};
use crate::edge::asker::Said;
use crate::edge::device_lock::DeviceLock;
use crate::edge::helper;
use crate::edge::prompt::{Answer, Echo};
use crate::edge::sts::{Code, Pending};
use crate::error::{Error, Result};
use crate::model::code::{UsedCodes, find_code, parse_code, seconds_to_next};
use crate::model::diagnose::{Asked, diagnose};
use crate::model::failure::{CallFailure, Meaning, Progress, clock_in_words};
use crate::model::layer::{Layer, Step};
use crate::model::question::Question;
use crate::model::session::Timestamp;
use crate::model::settings::Sourced;

/// Seconds that a clock has to be off to be spoken of: a code's own time.
const WORTH_SAYING: u64 = 30;

/// How often a person may get a code wrong in one run.
const TRIES: u32 = 3;

/// The call without a code that goes out while a person looks for the phone.
pub(super) enum Check {
    NotBegun,
    UnderWay(Pending<Identity>),
    /// It is over, and does not speak against a code.
    Over(Option<Identity>),
}

impl SigningIn<'_> {
    /// Gets a session with a given code, or with one of up to three typed ones.
    pub(super) fn mint(
        &mut self,
        layer: &Layer,
        mut lock: Option<&mut DeviceLock>,
    ) -> Result<TemporaryKeys> {
        let question = Question::new(&self.settings, &self.asking.purpose);
        if let Some(Codes::Typed(terminal, _)) = &self.codes {
            terminal.say(&format!("mfaexec: {}", question.heading()));
        }
        for left in (0..TRIES).rev() {
            let code = self.next_code(&question, lock.as_deref())?;
            let retry = match code {
                Ok(code) => match self.trade(layer, &code, lock.as_deref_mut()) {
                    Ok(keys) => return Ok(keys),
                    Err(failure) => self.after(layer, &failure)?,
                },
                Err(problem) => problem,
            };
            match &mut self.codes {
                Some(Codes::Typed(terminal, _)) if left > 0 => {
                    terminal.say(&format!("mfaexec: {}", retry.summary()));
                }
                Some(Codes::Asked(dialogs, _)) if left > 0 => {
                    dialogs.problem = Some(retry.summary());
                }
                _ => return Err(retry),
            }
        }
        Err(given_up())
    }

    /// The next code, or what is wrong with it; the outer error is one that ends the sign-in.
    fn next_code(
        &mut self,
        question: &Question,
        lock: Option<&DeviceLock>,
    ) -> Result<std::result::Result<SecretString, Error>> {
        let typed = match &self.codes {
            Some(Codes::Given(code)) => code.clone(),
            Some(Codes::Printed(program)) => return self.printed(program, lock).map(Ok),
            Some(Codes::Typed(..) | Codes::Asked(..)) => self.ask(question)?,
            None => return Err(given_up()),
        };
        let Some(code) = parse_code(&typed) else {
            return Ok(Err(Error::new(
                "that is not a code",
                "a code has six digits",
                "type the six digits that the device shows",
            )));
        };
        if let Some(seconds) = self.used(lock, &code) {
            self.next_code_at = Some(Instant::now() + Duration::from_secs(seconds));
            return Ok(Err(Error::new(
                "this code was used already",
                format!("a code works once; the next one comes in {seconds} s"),
                "wait for the next code and try again",
            )));
        }
        Ok(Ok(code))
    }

    /// If a code was used: the seconds until the next one.
    fn used(&self, lock: Option<&DeviceLock>, code: &SecretString) -> Option<u64> {
        lock?.used.refuses(self.serial(), code, now())
    }

    /// The code that a program prints. One that was used is waited out, once.
    fn printed(
        &self,
        program: &Sourced<String>,
        lock: Option<&DeviceLock>,
    ) -> Result<SecretString> {
        let code = self.run_program(program)?;
        let Some(seconds) = self.used(lock, &code) else {
            return Ok(code);
        };
        self.ui.notice(&format!(
            "the code was used already, waiting {seconds} s for the next one"
        ));
        std::thread::sleep(Duration::from_secs(seconds));
        let code = self.run_program(program)?;
        match self.used(lock, &code) {
            None => Ok(code),
            Some(_) => Err(Error::new(
                format!("{} has no new code", program.origin),
                "it printed one that was used already, twice",
                "run it by itself: the device's clock may be off",
            )),
        }
    }

    fn run_program(&self, program: &Sourced<String>) -> Result<SecretString> {
        let failed = |cause: &str| {
            Error::new(
                format!("no code came from the program of {}", program.origin),
                cause,
                "run it by itself to see what is wrong, or pass a code with --code",
            )
        };
        let say = |line: &str| {
            if !line.trim().is_empty() {
                self.ui.say(line);
            }
        };
        let printed = helper::run(&program.value, self.env, say).map_err(|cause| failed(&cause))?;
        find_code(&printed).ok_or_else(|| {
            failed("what it printed has no six digits in it, or several numbers of six digits")
        })
    }

    /// Asks a person for the code, and tries the key meanwhile: what is wrong with it shows
    /// before the code is spent, often before it is typed.
    fn ask(&mut self, question: &Question) -> Result<SecretString> {
        let Some(Codes::Typed(_, wake) | Codes::Asked(_, wake)) = &self.codes else {
            return Err(given_up());
        };
        if let Check::NotBegun = self.check {
            self.check = Check::UnderWay(self.aws.caller_identity(None, wake.waker().ok()));
        }
        let answer = match &mut self.codes {
            Some(Codes::Typed(terminal, wake)) => {
                let next = self.next_code_at.take();
                // The line before it has the names.
                let prompt = match next.is_some() && !terminal.has_room_to_count(&question.prompt())
                {
                    true => "MFA code: ".to_owned(),
                    false => question.prompt(),
                };
                let answer = terminal.ask_until(&prompt, Echo::Hidden, next, wake);
                match answer.map_err(terminal_failed)? {
                    Answer::Line(line) => Ok(line),
                    Answer::Closed | Answer::Woken => Err(given_up()),
                }
            }
            Some(Codes::Asked(dialogs, wake)) => match dialogs.ask(question, wake) {
                Ok(Said::Answer(line)) => Ok(line),
                Ok(Said::Woken) => Err(given_up()),
                Ok(Said::Cancelled) => Err(dialogs.unanswered(false)),
                Ok(Said::TimedOut) => Err(dialogs.unanswered(true)),
                Err(cause) => return Err(cannot_ask(&cause, self.sign_in, &self.settings)),
            },
            _ => Err(given_up()),
        };
        // What is wrong with the key says more than that the question was ended for it.
        self.settle()?;
        answer
    }

    /// Waits for the call in the background.
    fn settle(&mut self) -> Result<()> {
        let check = std::mem::replace(&mut self.check, Check::Over(None));
        self.check = match check {
            Check::UnderWay(call) => match call.wait() {
                Ok(identity) => Check::Over(Some(identity)),
                Err(failure) if failure.stops_sign_in() => {
                    let asked = Asked::by_key(&self.settings, Some(self.serial()));
                    return Err(diagnose(&failure, &asked));
                }
                // Anything else may go better with the call that counts.
                Err(_) => Check::Over(None),
            },
            check => check,
        };
        Ok(())
    }

    /// Sends the code, once. It counts as used from before that, unless it surely was not sent.
    fn trade(
        &self,
        layer: &Layer,
        code: &SecretString,
        mut lock: Option<&mut DeviceLock>,
    ) -> Called<TemporaryKeys> {
        let before = lock.as_ref().map(|lock| lock.used.clone());
        let before = before.unwrap_or_default();
        let with_this = before.with(self.serial(), code, now());
        let mut remember = |used: UsedCodes| {
            if let Some(Err(error)) = lock.as_mut().map(|lock| lock.remember(used)) {
                self.ui.notice(&format!(
                    "the use of the code cannot be written down: {error}"
                ));
            }
        };
        remember(with_this);
        let serial = self.serial();
        let code = Some(Code { serial, code });
        let traded = match layer.step {
            Step::Role(number) => self.assume(number, None, code, layer.duration),
            Step::SessionToken | Step::Provider => self.aws.session_token(code, layer.duration),
        };
        if traded
            .as_ref()
            .is_err_and(|failure| failure.progress == Progress::NotSent)
        {
            remember(before);
        }
        traded
    }

    /// A wrong code can be followed by another one; every other failure ends the sign-in.
    fn after(&self, layer: &Layer, failure: &CallFailure) -> Result<Error> {
        let asked = Asked {
            role: self.role(layer),
            ..Asked::by_key(&self.settings, Some(self.serial()))
        };
        let error = diagnose(failure, &asked);
        match failure.meaning() {
            Meaning::WrongCode => Ok(error.and(&next_code_in_words(failure.clock_offset))),
            Meaning::WrongDevice => {
                self.cache.forget_device(&device_id(&self.settings));
                Err(error)
            }
            _ => Err(error),
        }
    }
}

/// When the next code comes, by AWS's clock: a phone goes by the right time, and `offset` tells how
/// far this machine does not.
fn next_code_in_words(offset: Option<i64>) -> String {
    let offset = offset.unwrap_or_default();
    let aws = Timestamp(now().0.saturating_add_signed(offset));
    let next = format!("the next code comes in {} s", seconds_to_next(aws));
    match offset.unsigned_abs() {
        0..WORTH_SAYING => next,
        _ => format!("{next} ({})", clock_in_words(offset)),
    }
}

pub(super) fn given_up() -> Error {
    Error::new(
        "no code was given",
        "the question was not answered",
        "run it again",
    )
}

fn terminal_failed(error: std::io::Error) -> Error {
    Error::new(
        "cannot ask for the code",
        error.to_string(),
        "pass it with --code",
    )
}
