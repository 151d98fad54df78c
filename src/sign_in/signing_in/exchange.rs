//! Trading a code for a session: where the code comes from, what is wrong with it, what STS says.

use std::time::{Duration, Instant};

use secrecy::SecretString;

use crate::edge::aws::calls::sts::Code;
use crate::edge::aws::errors::Called;
use crate::edge::aws::validate::TemporaryKeys;
use crate::edge::clock::now;
use crate::edge::prompt::reply::Reply;
use crate::edge::prompt::terminal::{Ask, Echo};
use crate::edge::store::used_codes;
use crate::error::{Error, Result};
use crate::model::failure::asked::Asked;
use crate::model::failure::diagnose::diagnose;
use crate::model::failure::{CallFailure, Meaning, clock_in_words};
use crate::model::origin::Sourced;
use crate::model::plan::step::{Call, Step};
use crate::model::prompt::question::{Purpose, QUESTION_TIME, Question};
use crate::model::session::one_time_code::{parse_code, seconds_to_next};
use crate::model::time::Timestamp;
use crate::sign_in::ask::code_source::{Codes, cannot_ask, how_to_sign_in};
use crate::sign_in::ask::turn::take_turn;
use crate::sign_in::cached::device_id;
use crate::sign_in::signing_in::{SigningIn, given_up};

/// Seconds that a clock has to be off to be spoken of: a code's own time.
const WORTH_SAYING: u64 = 30;

/// How many codes of a person STS may refuse in one run.
const MOST_TRIES: u32 = 3;
/// How many answers of a window may be no code: more than a person would give.
const MOST_USELESS: u32 = 10;

/// What came of asking for a code.
enum AskedCode {
    /// One that was not used before.
    Code(SecretString),
    /// None: the answer was no code, or one that was used. A person is asked again.
    Again(Error),
}

impl SigningIn<'_> {
    /// Gets a session with a code. A person may get three wrong; what was not sent to STS does not
    /// count.
    pub(crate) fn exchange_code(&mut self, step: &Step) -> Result<TemporaryKeys> {
        let mut question = Question::new(&self.settings, &self.asking.purpose);
        question.names_device = self.one_of_several || self.ui.is_verbose();
        if let Some((terminal, _)) = self.codes.as_mut().and_then(Codes::person) {
            take_turn(terminal, self.cache, self.ui)?;
        }
        let (mut refused, mut useless) = (0, 0);
        let mut until = Instant::now() + QUESTION_TIME;
        loop {
            let problem = match self.next_code(step, &question, until)? {
                AskedCode::Again(problem) => {
                    useless += 1;
                    problem
                }
                AskedCode::Code(code) => match self.exchange(step, &code) {
                    Ok(keys) => return Ok(keys),
                    Err(failure) => {
                        refused += 1;
                        until = Instant::now() + QUESTION_TIME;
                        self.after(step, &failure)?
                    }
                },
            };
            match &mut self.codes {
                Some(Codes::Typed(..) | Codes::Asked(..)) if refused == MOST_TRIES => {
                    self.given_up = true;
                    return Err(problem);
                }
                // A window that gives answers by itself, none of them a code.
                Some(Codes::Asked(..)) if useless == MOST_USELESS => return Err(problem),
                Some(Codes::Typed(terminal, _)) => {
                    terminal.say(&format!("mfaexec: {}", problem.summary()));
                }
                Some(Codes::Asked(dialogs, _)) => dialogs.problem = Some(problem.summary()),
                _ => return Err(problem),
            }
        }
    }

    /// Asks for a code, and writes it down as used.
    fn next_code(&mut self, step: &Step, question: &Question, until: Instant) -> Result<AskedCode> {
        // While a person types, the key is checked, and that tells the name of a role's session.
        let asks = matches!(&self.codes, Some(Codes::Typed(..) | Codes::Asked(..)));
        if !asks {
            self.find_caller(step, None)?;
        }
        let typed = match &self.codes {
            Some(Codes::Given(code)) => code.clone(),
            Some(Codes::Printed(program)) => {
                let program = program.clone();
                self.try_key(None);
                self.settle()?;
                return self.printed(&program).map(AskedCode::Code);
            }
            Some(Codes::Typed(..) | Codes::Asked(..)) => self.ask(question, until)?,
            None => return Err(given_up()),
        };
        if asks {
            self.find_caller(step, None)?;
        }
        let Some(code) = parse_code(&typed) else {
            let remedy = match &self.codes {
                Some(Codes::Given(_)) => "give six digits, such as --code 123456",
                _ => "type the six digits that the device shows",
            };
            return Ok(AskedCode::Again(Error::new(
                "that is not a code",
                "a code has six digits",
                remedy,
            )));
        };
        if let Some(Codes::Given(_)) = self.codes {
            self.try_key(None);
            self.settle()?;
        }
        if self.claim(&code)? {
            return Ok(AskedCode::Code(code));
        }
        let seconds = seconds_to_next(now());
        self.next_code_at = Some(Instant::now() + Duration::from_secs(seconds));
        Ok(AskedCode::Again(Error::new(
            "this code was used already",
            format!("a code works once; the next one comes in {seconds} s"),
            "wait for the next code and try again",
        )))
    }

    /// Writes a code down as used, which it is from before it is sent. False if it was used already.
    fn claim(&self, code: &SecretString) -> Result<bool> {
        let Ok(directory) = self.cache.directory() else {
            // Nothing is kept, and there is no place for a memory.
            return Ok(true);
        };
        used_codes::claim(&directory, self.serial(), code).map_err(|error| {
            Error::new(
                "the code was not sent: mfaexec cannot record its use",
                error.to_string(),
                format!(
                    "make room in {}, then use the code",
                    self.cache.path().display()
                ),
            )
        })
    }

    /// The code that a program prints. One that was used is waited out, once.
    fn printed(&self, program: &Sourced<String>) -> Result<SecretString> {
        let code = self.code_of_program(program)?;
        if self.claim(&code)? {
            return Ok(code);
        }
        let seconds = seconds_to_next(now());
        self.ui.notice(&format!(
            "the code was used already, waiting {seconds} s for the next one"
        ));
        std::thread::sleep(Duration::from_secs(seconds));
        let code = self.code_of_program(program)?;
        match self.claim(&code)? {
            true => Ok(code),
            false => Err(Error::new(
                format!("{} has no new code", program.origin),
                "it printed one that was used already, twice",
                "run it by itself: the device's clock may be off",
            )),
        }
    }

    /// Asks a person for the code, and tries the key meanwhile: what is wrong with it shows
    /// before the code is spent, often before it is typed.
    fn ask(&mut self, question: &Question, until: Instant) -> Result<SecretString> {
        let no_way = |run: &Self, cause: &str| cannot_ask(cause, run.sign_in, &run.settings);
        let wake = match &self.codes {
            Some(Codes::Typed(terminal, wake)) => {
                terminal.get_ready().map_err(|cause| no_way(self, &cause))?;
                wake
            }
            Some(Codes::Asked(_, wake)) => wake,
            _ => return Err(given_up()),
        };
        let waker = wake.waker().ok();
        self.try_key(waker);
        let answer = match &mut self.codes {
            Some(Codes::Typed(terminal, wake)) => {
                let next_code = self.next_code_at.take();
                let mut line = question.line(terminal.width());
                if next_code.is_some() && !terminal.has_room_to_count(&line) {
                    // The question before has the names.
                    line = question.line(0);
                }
                let ask = Ask {
                    question: &line,
                    echo: Echo::Hidden,
                    next_code,
                    until,
                };
                match terminal.ask(ask, wake) {
                    Ok(Reply::Line(line)) => Ok(line),
                    Ok(Reply::Cancelled | Reply::Interrupted) => Err(given_up()),
                    Ok(Reply::TimedOut) => Err(nobody_answered()),
                    Err(cause) => return Err(no_way(self, &cause)),
                }
            }
            Some(Codes::Asked(dialogs, wake)) => match dialogs.ask(question, wake) {
                Ok(Reply::Line(line)) => Ok(line),
                Ok(Reply::Interrupted) => Err(given_up()),
                Ok(Reply::Cancelled) => Err(dialogs.unanswered(false)),
                Ok(Reply::TimedOut) => Err(dialogs.unanswered(true)),
                Err(cause) => return Err(no_way(self, &cause)),
            },
            _ => Err(given_up()),
        };
        // What is wrong with the key says more than that the question was ended for it.
        self.settle()?;
        self.given_up = answer.is_err();
        answer.map_err(|error| match self.asking.purpose {
            // Who runs a program does not know what to run again.
            Purpose::Program => {
                let remedy = how_to_sign_in("sign in first", self.sign_in, &self.settings);
                error.with_remedy(&remedy)
            }
            _ => error,
        })
    }

    /// Sends the code, once. It counts as used, unless it surely did not come to AWS.
    fn exchange(&self, step: &Step, code: &SecretString) -> Called<TemporaryKeys> {
        let serial = self.serial();
        let sent = Some(Code { serial, code });
        let exchanged = self.wait(match &step.call {
            Call::AssumeRole { role, session_name } => {
                let name = self.settings.name_of(session_name);
                self.aws.assume_role(None, sent, role, &name, step.duration)
            }
            Call::SessionToken | Call::Provider(_) => self.aws.session_token(sent, step.duration),
        });
        if exchanged.as_ref().is_err_and(CallFailure::never_came)
            && let Ok(directory) = self.cache.directory()
            && let Err(error) = used_codes::forget(&directory, serial, code)
        {
            log::debug!("the code counts as used, although it was not: {error}");
        }
        exchanged
    }

    /// A wrong code can be followed by another one; every other failure ends the sign-in.
    fn after(&self, step: &Step, failure: &CallFailure) -> Result<Error> {
        let session_name = step.session_name(&self.settings);
        let asked = Asked {
            role: step.role(),
            session_name: session_name.as_deref(),
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

fn nobody_answered() -> Error {
    let minutes = QUESTION_TIME.as_secs() / 60;
    Error::new(
        "no code was given",
        format!("no one answered the question for {minutes} minutes"),
        "run it again",
    )
}
