//! Signing in: under the lock of the MFA device, ask for the code, trade it for a session, keep
//! the session. Everything that can fail without a code fails before somebody types one.

use super::acquire::{Acquired, at_hand, device_id, now};
use super::codes::{Codes, Given, find_codes};
use super::find_device::find_device;
use crate::cli::SignIn;
use crate::edge::answer::{Identity, TemporaryKeys};
use crate::edge::cache::{Cache, Stored};
use crate::edge::device_lock::DeviceLock;
use crate::edge::prompt::{Answer, Echo};
use crate::edge::record::Device;
use crate::edge::sts::{Aws, Pending};
use crate::edge::ui::Ui;
use crate::error::{Error, Kind, Result};
use crate::model::code::{UsedCodes, parse_code, seconds_to_next};
use crate::model::diagnose::{CallFailure, Meaning, Progress, diagnose};
use crate::model::plan::{Plan, plan};
use crate::model::session::{Session, Timestamp, account_of_arn, digest_of, in_words};
use crate::model::settings::{Origin, Settings, Sourced};
use crate::sanitize::printable;
use secrecy::SecretString;

/// How often a person may get a code wrong in one run.
const TRIES: u32 = 3;

/// The call without a code that goes out while a person looks for the phone.
enum Check {
    NotBegun,
    UnderWay(Pending<Identity>),
    /// It is over, and does not speak against a code.
    Over(Option<Identity>),
}

/// A sign-in that can begin.
pub(super) struct SigningIn<'a> {
    sign_in: &'a SignIn,
    settings: Settings,
    cache: &'a Cache,
    ui: Ui,
    codes: Codes,
    check: Check,
    aws: Aws,
    /// When this sign-in was asked for.
    begun: Timestamp,
}

impl<'a> SigningIn<'a> {
    /// Makes sure that nothing but the code is missing.
    pub(super) fn prepare(
        given: Given,
        sign_in: &'a SignIn,
        settings: Settings,
        cache: &'a Cache,
        ui: Ui,
    ) -> Result<Self> {
        cache.check_writable()?;
        let codes = find_codes(given, sign_in, &settings)?;
        let serial = settings.serial.as_ref().map(|serial| serial.value.as_str());
        let aws = Aws::start(&settings, serial)?;
        let begun = now();
        Ok(Self {
            sign_in,
            settings,
            cache,
            ui,
            codes,
            check: Check::NotBegun,
            aws,
            begun,
        })
    }

    /// Signs in, or takes over the session of somebody who just did.
    pub(super) fn finish(mut self) -> Result<Acquired> {
        // Held to the end: whoever looks for the device at the same time finds it then.
        let finding = self.find_device()?;
        let serial = self.serial().to_owned();
        let mut lock = self.lock(&digest_of("device", &[&serial]), &serial)?;
        let waited = [&finding, &lock]
            .into_iter()
            .flatten()
            .any(|lock| lock.waited);
        // Somebody may have signed in since the first look, even if there was no wait.
        let session = at_hand(self.cache, &self.settings)?;
        // A fresh session is one that was made after it was asked for, whoever made it.
        let made_since = session
            .as_ref()
            .is_some_and(|session| session.obtained_at >= self.begun);
        let fresh = self.sign_in.fresh && !(waited && made_since);
        if let Plan::Reuse(session) = plan(&self.settings, session, fresh, now()) {
            return Ok(Acquired {
                session,
                settings: self.settings,
                kept: Ok(()),
            });
        }
        let session = self.mint(lock.as_mut())?;
        let kept = self.keep(&session);
        Ok(Acquired {
            session,
            settings: self.settings,
            kept,
        })
    }

    /// Finds the device if nobody has named it, one process at a time.
    fn find_device(&mut self) -> Result<Option<DeviceLock>> {
        if self.settings.serial.is_some() {
            return Ok(None);
        }
        let id = device_id(&self.settings);
        let lock = self.lock(&id, &self.settings.profile.value)?;
        self.settings.serial = match self.cache.device(&id)? {
            Some(device) => Some(Sourced::new(device.serial, Origin::Discovered)),
            None => Some(find_device(&self.aws, &self.settings, self.codes.person())?),
        };
        Ok(lock)
    }

    /// One sign-in at a time per device. Without a cache there is nothing to share and no place
    /// for a lock.
    fn lock(&self, id: &str, of: &str) -> Result<Option<DeviceLock>> {
        if !self.cache.keeps() {
            return Ok(None);
        }
        let on_wait = |holder: Option<u32>| {
            let holder = holder.map_or(String::new(), |pid| format!(" (process {pid})"));
            self.ui.notice(&format!(
                "waiting for the sign-in with {of} under way{holder}"
            ));
        };
        DeviceLock::take(&self.cache.directory()?, id, on_wait).map(Some)
    }

    fn serial(&self) -> &str {
        self.settings
            .serial
            .as_ref()
            .map_or("", |serial| &serial.value)
    }

    /// Gets a session with a given code, or with one of up to three typed ones.
    fn mint(&mut self, mut lock: Option<&mut DeviceLock>) -> Result<Session> {
        for left in (0..TRIES).rev() {
            let code = self.next_code(lock.as_deref())?;
            let retry = match code {
                Ok(code) => match self.trade(&code, lock.as_deref_mut()) {
                    Ok(keys) => return Ok(self.session(keys)),
                    Err(failure) => self.after(&failure)?,
                },
                Err(problem) => problem,
            };
            match &self.codes {
                Codes::Typed(terminal, _) if left > 0 => {
                    terminal.say(&format!("mfaexec: {}", retry.summary()));
                }
                _ => return Err(retry),
            }
        }
        Err(Error::new(
            "signing in failed",
            "no try is left",
            "try again",
        ))
    }

    /// The next code, or what is wrong with it; the outer error is one that ends the sign-in.
    fn next_code(
        &mut self,
        lock: Option<&DeviceLock>,
    ) -> Result<std::result::Result<SecretString, Error>> {
        let serial = self.serial().to_owned();
        let typed = match &self.codes {
            Codes::Given(code) => code.clone(),
            Codes::Typed(..) => self.ask()?,
        };
        let Some(code) = parse_code(&typed) else {
            return Ok(Err(Error::new(
                "that is not a code",
                "a code has six digits",
                "type the six digits that the device shows",
            )));
        };
        if let Some(seconds) = lock.and_then(|lock| lock.used.refuses(&serial, &code, now())) {
            return Ok(Err(Error::new(
                "this code was used already",
                format!("a code works once; the next one comes in {seconds} s"),
                "wait for the next code and try again",
            )));
        }
        Ok(Ok(code))
    }

    /// Asks a person for the code, and tries the key meanwhile: what is wrong with it shows
    /// before the code is spent, often before it is typed.
    fn ask(&mut self) -> Result<SecretString> {
        let profile = printable(&self.settings.profile.value);
        let question = format!("MFA code for {profile} ({}): ", printable(self.serial()));
        let Codes::Typed(terminal, wake) = &mut self.codes else {
            return Err(given_up());
        };
        if let Check::NotBegun = self.check {
            self.check = Check::UnderWay(self.aws.caller_identity(wake.waker().ok()));
        }
        let answer = terminal
            .ask(&question, Echo::Hidden, wake)
            .map_err(terminal_failed)?;
        self.settle()?;
        match answer {
            Answer::Line(line) => Ok(line),
            Answer::Closed | Answer::Woken => Err(given_up()),
        }
    }

    /// Waits for the call in the background.
    fn settle(&mut self) -> Result<()> {
        let check = std::mem::replace(&mut self.check, Check::Over(None));
        self.check = match check {
            Check::UnderWay(call) => match call.wait() {
                Ok(identity) => Check::Over(Some(identity)),
                Err(failure) if failure.stops_sign_in() => {
                    return Err(diagnose(&failure, &self.settings, Some(self.serial())));
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
        code: &SecretString,
        mut lock: Option<&mut DeviceLock>,
    ) -> std::result::Result<TemporaryKeys, CallFailure> {
        let before = lock
            .as_ref()
            .map(|lock| lock.used.clone())
            .unwrap_or_default();
        let with_this = before.with(self.serial(), code, now());
        let mut remember = |used: UsedCodes| {
            if let Some(Err(error)) = lock.as_mut().map(|lock| lock.remember(used)) {
                tracing::debug!("cannot write down the use of the code: {error}");
            }
        };
        remember(with_this);
        let traded = self
            .aws
            .session_token(self.serial(), code, self.settings.duration.value);
        if traded
            .as_ref()
            .is_err_and(|failure| failure.progress == Progress::NotSent)
        {
            remember(before);
        }
        traded
    }

    /// A wrong code can be followed by another one; every other failure ends the sign-in.
    fn after(&self, failure: &CallFailure) -> Result<Error> {
        let error = diagnose(failure, &self.settings, Some(self.serial()));
        match failure.meaning() {
            Meaning::WrongCode => {
                tracing::info!("the next code comes in {} s", seconds_to_next(now()));
                Ok(error)
            }
            Meaning::WrongDevice => {
                self.cache.forget_device(&device_id(&self.settings));
                Err(error)
            }
            _ => Err(error),
        }
    }

    fn session(&self, keys: TemporaryKeys) -> Session {
        let account = match &self.check {
            Check::Over(Some(identity)) => Some(identity.account.clone()),
            _ => account_of_arn(self.serial()).map(str::to_owned),
        };
        let (now, wanted) = (now(), self.settings.duration.value);
        let granted = now.until(keys.expires_at);
        // A root user's is cut to an hour; a clock that is a little off is no cut.
        if granted + 1200 < wanted || granted < self.settings.min_ttl.value {
            let (granted, wanted) = (in_words(granted), in_words(wanted));
            self.ui.notice(&format!(
                "STS gave a session of {granted} where {wanted} were wanted"
            ));
        }
        Session {
            access_key_id: keys.access_key_id,
            secret_access_key: keys.secret_access_key,
            session_token: keys.session_token,
            expires_at: keys.expires_at,
            obtained_at: now,
            duration: wanted,
            account,
            serial: self.serial().to_owned(),
            source_key_id: self.settings.key.access_key_id.clone(),
            profile: self.settings.profile.value.clone(),
        }
    }

    /// Keeps the session, and the device that vouched for it.
    fn keep(&self, session: &Session) -> Result<()> {
        let id = self.settings.session_key(self.serial()).id();
        if let Stored::PlainForTheFirstTime(reason) = self.cache.store(&id, session, now())? {
            self.ui.notice(&format!(
                "sessions are kept in files without encryption, readable by you alone: {reason}"
            ));
        }
        // A device that has vouched for a session is the right one.
        if let Some(Sourced {
            value,
            origin: Origin::Discovered,
        }) = &self.settings.serial
        {
            let device = Device {
                serial: value.clone(),
            };
            if let Err(error) = self.cache.store_device(&device_id(&self.settings), &device) {
                tracing::debug!("cannot remember the device: {}", error.summary());
            }
        }
        Ok(())
    }
}

fn given_up() -> Error {
    Error::of(
        Kind::Own,
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
