//! What comes before a question: the locks, the plan under them, the device, and the place that codes
//! come from. A run that cannot ask may be helped by one that has, so the lock comes first.

use std::time::{Duration, Instant};

use crate::edge::clock::now;
use crate::edge::lock::device_lock::DeviceLock;
use crate::edge::prompt::terminal::Terminal;
use crate::error::{Error, Result};
use crate::model::digest::digest_of;
use crate::model::origin::{Origin, Sourced};
use crate::model::plan::calls::asks_for_device;
use crate::model::plan::program_key::plan_either;
use crate::model::plan::step::Step;
use crate::model::plan::{Fresh, Plan};
use crate::model::prompt::question::{Purpose, QUESTION_TIME};
use crate::model::session::Session;
use crate::model::settings::Settings;
use crate::model::settings::mfa::{Mfa, check_serial};
use crate::sign_in::ask::code_source::{Codes, find_codes, how_to_sign_in};
use crate::sign_in::ask::turn::{take_turn, tell_wait};
use crate::sign_in::cached::{cached, device_id};
use crate::sign_in::signing_in::mfa_device::{Lookup, choose, confirm_guess, look_up};
use crate::sign_in::signing_in::{KeyCheck, SigningIn};

/// More than it takes when no one is asked: a program of `mfa_process` twice, and the next code
/// between.
const LONGEST_WAIT: Duration = Duration::from_secs(120);
/// How long a run that cannot ask looks for another one that does: those that are started
/// together (`xargs -P`) do not come to the lock at the same moment.
const OTHERS_COME: Duration = Duration::from_millis(300);

impl SigningIn<'_> {
    /// Takes the lock, then makes the plan: someone at another terminal may sign in for this run,
    /// also where no one can be asked here.
    pub(crate) fn lock_and_plan(&mut self) -> Result<Plan> {
        let (begun, below) = (Instant::now(), self.locks.len());
        // Who brings a code looks for no one else's.
        let alone = self.asking.given.is_some();
        let mut plan = self.plan()?;
        loop {
            let with_device = plan.needs_code();
            self.lock_for(&plan)?;
            plan = self.plan()?;
            if !plan.needs_code() {
                return Ok(plan);
            }
            // Otherwise what was cached is gone: this has become a matter of the device.
            if with_device {
                match self.find_codes() {
                    Ok(()) => return Ok(plan),
                    Err(error) if alone || self.is_left_in_peace() => return Err(error),
                    Err(error) if begun.elapsed() >= OTHERS_COME => return Err(error),
                    Err(_) => {}
                }
            }
            self.locks.truncate(below);
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Opens the place that codes come from, if that was not done yet.
    fn find_codes(&mut self) -> Result<()> {
        if self.codes.is_some() {
            return Ok(());
        }
        let given = self.asking.given.take();
        let codes = find_codes(given, self.env, self.sign_in, &self.settings)?;
        if matches!(codes, Codes::Typed(..) | Codes::Asked(..)) && self.is_left_in_peace() {
            return Err(self.left_in_peace());
        }
        self.codes = Some(codes);
        Ok(())
    }

    /// Whether a question was given up in this job: those that waited for it are not asked once
    /// more, nor are commands that come later. Who types `mfaexec login` wants to be asked.
    fn is_left_in_peace(&self) -> bool {
        let wants = self.asking.purpose == Purpose::SignIn;
        let mut locks = self.locks.iter();
        locks.any(|lock| lock.is_given_up() && (lock.waited || !wants))
    }

    fn left_in_peace(&self) -> Error {
        Error::new(
            "no code was given",
            "the question was given up in this job; no command in it asks again for ten minutes",
            how_to_sign_in("sign in first", self.sign_in, &self.settings),
        )
    }

    /// What is to be done now. Someone may have signed in since the first look, even if there was
    /// no wait. A fresh session is one that was made after it was asked for, no matter who made it.
    pub(crate) fn plan(&mut self) -> Result<Plan> {
        let waited = self.locks.iter().any(|lock| lock.waited);
        let look = |step: &Step| cached(self.cache, step);
        let either = |settings: &Settings, fresh| plan_either(settings.clone(), fresh, now(), look);
        let first = if waited { Fresh::Nothing } else { self.fresh };
        let (settings, plan) = either(&self.settings, first)?;
        let is_stale = |number: usize, session: &Session| {
            let counts = match self.fresh {
                Fresh::Nothing => false,
                Fresh::Command => number + 1 == plan.steps.len(),
                Fresh::Everything => true,
            };
            counts && session.obtained_at < self.begun
        };
        let (settings, plan) = match &plan.cached {
            Some((number, session)) if is_stale(*number, session) => {
                either(&self.settings, self.fresh)?
            }
            _ => (settings, plan),
        };
        self.settings = settings;
        Ok(plan)
    }

    /// Finds the device if no one has named it, one process at a time.
    pub(crate) fn find_device(&mut self) -> Result<()> {
        let id = device_id(&self.settings);
        if !asks_for_device(&self.settings) {
            // One that was found in an earlier run.
            if let Mfa::Device(serial) = self.settings.mfa()
                && serial.origin == Origin::Discovered
                && let Some(device) = self.cache.device(&id)?
            {
                self.one_of_several = device.one_of_several;
            }
            return Ok(());
        }
        let profile = self.settings.profile.value.clone();
        self.lock(&id, &profile)?;
        let serial = match self.cache.device(&id)? {
            Some(device) => {
                self.one_of_several = device.one_of_several;
                device.serial
            }
            None => {
                self.read_stored_key()?;
                let (identity, found) = look_up(&self.aws, &self.settings, self.ui)?;
                self.check = KeyCheck::Over(Some(identity));
                self.which(found)?
            }
        };
        log::info!("the MFA device is {serial}");
        let serial = Sourced::new(serial, Origin::Discovered);
        check_serial(&serial, &self.settings.profile.value)?;
        self.settings.set_device(serial);
        Ok(())
    }

    /// Which of the devices it is, as a person says where AWS does not.
    fn which(&mut self, found: Lookup) -> Result<String> {
        if let Lookup::One(serial) = found {
            return Ok(serial);
        }
        // Without anyone to ask the error names the devices.
        let asks = self.find_codes();
        let profile = &self.settings.profile.value;
        let mut person = match asks {
            Ok(()) => self.codes.as_mut().and_then(Codes::person),
            Err(_) => None,
        };
        if let Some((terminal, _)) = &mut person {
            take_turn(terminal, self.cache, self.ui)?;
        }
        let was_asked = person.is_some();
        self.one_of_several = matches!(found, Lookup::Several(_));
        let serial = match found {
            Lookup::One(serial) => Ok(serial),
            Lookup::Several(serials) => choose(&serials, profile, person),
            Lookup::Guess(guess) => confirm_guess(guess, profile, person),
        };
        self.given_up = was_asked && serial.is_err();
        // Another one may ask now: this run has the device's lock to wait for.
        if let (Ok(_), Some((terminal, _))) = (&serial, self.codes.as_mut().and_then(Codes::person))
        {
            terminal.end_turn();
        }
        serial
    }

    /// Codes are a matter of the device; everything else is a matter of the session.
    fn lock_for(&mut self, plan: &Plan) -> Result<()> {
        if plan.needs_code() {
            let serial = self.serial().to_owned();
            return self.lock(&digest_of("device", &[&serial]), &serial);
        }
        let profile = self.settings.profile.value.clone();
        match plan.steps.last().and_then(|step| step.id.as_deref()) {
            Some(id) => self.lock(id, &profile),
            None => Ok(()),
        }
    }

    /// One sign-in at a time. Where sessions are not kept there may be no place for a lock, and
    /// nothing to share but the memory of used codes.
    fn lock(&mut self, id: &str, of: &str) -> Result<()> {
        match self.cache.directory() {
            Err(_) if !self.cache.keeps() => return Ok(()),
            directory => drop(directory?),
        }
        // A question that was forgotten at some terminal is nothing that a job of the night should
        // wait for without end. Who sits at one sees what is waited for, and can end it.
        let nobody_waits = self.sign_in.no_input || Terminal::open().is_err();
        let limit = match self.asking.purpose {
            _ if nobody_waits => Some(LONGEST_WAIT),
            // Its own program waits, and may be one that no one looks at.
            Purpose::Program => Some(QUESTION_TIME + LONGEST_WAIT),
            _ => None,
        };
        let lock = DeviceLock::take(
            || self.cache.directory(),
            id,
            limit,
            |holder| tell_wait(&format!("the sign-in with {of} under way"), holder, self.ui),
        )?;
        self.locks.push(lock);
        Ok(())
    }
}
