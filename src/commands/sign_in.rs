//! Signing in: under a lock, look again, get one session after the other, keep each. Everything that
//! can fail without a code fails before somebody types one.

use std::time::{Duration, Instant};

use super::acquire::{Acquired, at_hand, device_id, now, tell_end, tell_slow};
use super::codes::{Asking, Codes, find_codes};
use super::find_device::{Found, choose, confirm_guess, look_up};
use super::mint::Check;
use super::turn::{take_turn, tell_wait};
use crate::cli::SignIn;
use crate::edge::answer::{Called, TemporaryKeys};
use crate::edge::cache::Cache;
use crate::edge::device_lock::DeviceLock;
use crate::edge::program_keys::Given;
use crate::edge::prompt::Terminal;
use crate::edge::room;
use crate::edge::sts::{Aws, Pending};
use crate::edge::ui::Ui;
use crate::error::{Error, Result};
use crate::model::base::{Base, Provider};
use crate::model::devices::check_serial;
use crate::model::diagnose::{Asked, diagnose};
use crate::model::environment::Environment;
use crate::model::key::LongTermKey;
use crate::model::layer::{Layer, Step};
use crate::model::plan::Plan;
use crate::model::program_key::plan_either;
use crate::model::question::Purpose;
use crate::model::role::Role;
use crate::model::session::{Session, Timestamp, digest_of};
use crate::model::settings::{Origin, Settings, Sourced};
use crate::model::vars::PROCESS_OF;

/// More than it takes when nobody is asked: a program of `mfa_process` twice, and the next code
/// between.
const LONGEST_WAIT: Duration = Duration::from_secs(120);
/// How long a run that has no way to ask looks for another one that does: those that are started
/// together (`xargs -P`) do not come to the lock at the same moment.
const OTHERS_COME: Duration = Duration::from_millis(300);

/// A sign-in that can begin.
pub(super) struct SigningIn<'a> {
    pub(super) env: &'a Environment,
    pub(super) sign_in: &'a SignIn,
    pub(super) settings: Settings,
    pub(super) cache: &'a Cache,
    pub(super) ui: Ui,
    /// Where codes come from, once that is known.
    pub(super) codes: Option<Codes>,
    pub(super) check: Check,
    /// When the device shows a new code, where a person has to wait for it.
    pub(super) next_code_at: Option<Instant>,
    pub(super) aws: Aws,
    pub(super) asking: Asking,
    /// Whether the device is one of several that give codes.
    pub(super) one_of_several: bool,
    /// Whether a person was asked and gave up, or got as many codes wrong as one may.
    pub(super) given_up: bool,
    /// The locks that are held. To the end: whoever waits for one finds all that this run found.
    locks: Vec<DeviceLock>,
    /// When this sign-in was asked for.
    begun: Timestamp,
}

impl<'a> SigningIn<'a> {
    /// Makes sure that nothing but the code is missing.
    pub(super) fn prepare(
        env: &'a Environment,
        asking: Asking,
        sign_in: &'a SignIn,
        settings: Settings,
        cache: &'a Cache,
        ui: Ui,
    ) -> Result<Self> {
        room::check(cache)?;
        let aws = Aws::start(&settings, settings.partition_arn())?;
        Ok(Self {
            env,
            sign_in,
            settings,
            cache,
            ui,
            codes: None,
            check: Check::NotBegun,
            next_code_at: None,
            aws,
            asking,
            one_of_several: false,
            given_up: false,
            locks: Vec::new(),
            begun: now(),
        })
    }

    /// Signs in, or takes over the session of somebody who just did. Where that fails, nobody else
    /// begins before the error was read: the locks are kept until this process ends.
    pub(super) fn finish(mut self) -> Result<Acquired> {
        match self.get_session() {
            Ok((session, kept)) => Ok(Acquired {
                session,
                settings: self.settings,
                kept,
            }),
            Err(error) => {
                for lock in self.locks {
                    lock.keep_to_the_end(self.given_up);
                }
                if let Some(codes) = self.codes {
                    codes.keep_turn_to_the_end();
                }
                Err(error)
            }
        }
    }

    fn get_session(&mut self) -> Result<(Session, Result<()>)> {
        self.find_device()?;
        let mut plan = self.lock_and_plan()?;
        let mut given = None;
        if let Some(program) = self.settings.program_to_run(&plan).cloned() {
            match self.keys_of_program(&program)? {
                Given::Temporary(keys) => given = Some(keys),
                Given::LongTerm(key) => plan = self.begin_with(program, key)?,
            }
        }
        if plan.needs_code() {
            tell_end(&self.settings, &plan, self.ui);
        }
        let (mut session, mut kept) = (None, Ok(()));
        let missing = plan.missing().to_vec();
        if let Some((_, at_hand)) = plan.at_hand {
            session = Some(at_hand);
        }
        for layer in missing {
            let keys = match given.take() {
                Some(keys) => keys,
                None => self.get(&layer, session.as_ref())?,
            };
            let next = self.session(&layer, keys);
            kept = kept.and(self.keep(&layer, &next));
            session = Some(next);
        }
        session
            .map(|session| (session, kept))
            .ok_or_else(super::mint::given_up)
    }

    /// Makes the plan anew with a long-term key that a program has given. What could be refused
    /// before a code is asked for could not be looked at before.
    fn begin_with(&mut self, program: Provider, key: LongTermKey) -> Result<Plan> {
        let key = Some(key);
        self.settings.base = Base::KeyOfProgram { program, key };
        self.aws = Aws::start(&self.settings, self.settings.partition_arn())?;
        let for_command = self.asking.purpose != Purpose::SignIn;
        self.plan()?.check(&self.settings, for_command)?;
        self.find_device()?;
        let plan = self.lock_and_plan()?;
        plan.check(&self.settings, for_command)?;
        Ok(plan)
    }

    /// Takes the lock, then makes the plan: somebody at another terminal may sign in for this run,
    /// also where nobody can be asked here.
    fn lock_and_plan(&mut self) -> Result<Plan> {
        let (begun, below) = (Instant::now(), self.locks.len());
        // Who brings a code looks for nobody else's.
        let alone = self.asking.given.is_some();
        let mut plan = self.plan()?;
        loop {
            let with_device = plan.needs_code();
            self.lock_for(&plan)?;
            plan = self.plan()?;
            if !plan.needs_code() {
                return Ok(plan);
            }
            // Else what was at hand is gone: this has become a matter of the device.
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
        let profile = self.settings.chain.first().map(String::as_str);
        Error::new(
            "no code was given",
            "the question was given up in this job, and nobody is asked twice",
            format!(
                "sign in first: {}",
                super::login_line::login_line(self.sign_in, profile)
            ),
        )
    }

    /// What is to be done now. Somebody may have signed in since the first look, even if there was
    /// no wait. A fresh session is one that was made after it was asked for, whoever made it.
    fn plan(&mut self) -> Result<Plan> {
        let waited = self.locks.iter().any(|lock| lock.waited);
        let look = |layer: &Layer| at_hand(self.cache, layer);
        let either = |settings: &Settings, fresh| plan_either(settings.clone(), fresh, now(), look);
        let (settings, plan) = either(&self.settings, self.sign_in.fresh && !waited)?;
        let (settings, plan) = match &plan.at_hand {
            Some((number, session))
                if self.sign_in.fresh
                    && number + 1 == plan.layers.len()
                    && session.obtained_at < self.begun =>
            {
                either(&self.settings, true)?
            }
            _ => (settings, plan),
        };
        self.settings = settings;
        Ok(plan)
    }

    /// Finds the device if nobody has named it, one process at a time.
    fn find_device(&mut self) -> Result<()> {
        if self.settings.serial.is_some() || !self.settings.uses_device() {
            return Ok(());
        }
        let id = device_id(&self.settings);
        let profile = self.settings.profile.value.clone();
        self.lock(&id, &profile)?;
        let serial = match self.cache.device(&id)? {
            Some(device) => device.serial,
            None => {
                let (identity, found) = look_up(&self.aws, &self.settings, self.ui)?;
                self.check = Check::Over(Some(identity));
                self.which(found)?
            }
        };
        tracing::info!("the MFA device is {serial}");
        let serial = Sourced::new(serial, Origin::Discovered);
        check_serial(&serial)?;
        self.settings.serial = Some(serial);
        Ok(())
    }

    /// Which of the devices it is, as a person says where AWS does not.
    fn which(&mut self, found: Found) -> Result<String> {
        if let Found::One(serial) = found {
            return Ok(serial);
        }
        // Without anybody to ask the error names the devices.
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
        self.one_of_several = matches!(found, Found::Several(_));
        let serial = match found {
            Found::One(serial) => Ok(serial),
            Found::Several(serials) => choose(&serials, profile, person),
            Found::Guess(guess) => confirm_guess(guess, profile, person),
        };
        self.given_up = was_asked && serial.is_err();
        // Another one may ask now: this run has the device's lock to wait for.
        if let (Ok(_), Some((terminal, _))) = (&serial, self.codes.as_mut().and_then(Codes::person))
        {
            terminal.end_turn();
        }
        serial
    }

    /// Codes are a matter of the device; all else is one of the session that is to be had.
    fn lock_for(&mut self, plan: &Plan) -> Result<()> {
        if plan.needs_code() {
            let serial = self.serial().to_owned();
            return self.lock(&digest_of("device", &[&serial]), &serial);
        }
        let profile = self.settings.profile.value.clone();
        match plan.layers.last().and_then(|layer| layer.id.as_deref()) {
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
        let limit = nobody_waits.then_some(LONGEST_WAIT);
        let lock = DeviceLock::take(
            || self.cache.directory(),
            id,
            limit,
            |holder| tell_wait(&format!("the sign-in with {of} under way"), holder, self.ui),
        )?;
        self.locks.push(lock);
        Ok(())
    }

    /// Waits for AWS.
    pub(super) fn wait<T>(&self, call: Pending<T>) -> Called<T> {
        call.wait(|| tell_slow(self.ui))
    }

    pub(super) fn serial(&self) -> &str {
        self.settings.known_serial().unwrap_or_default()
    }

    /// Gets the session of one layer with the one before it.
    fn get(&mut self, layer: &Layer, source: Option<&Session>) -> Result<TemporaryKeys> {
        self.tell_cut(layer);
        if layer.with_code {
            return self.mint(layer);
        }
        let call = match (layer.step, &self.settings.base) {
            (Step::Provider, Base::Provider(provider)) => {
                self.tell_source(provider);
                self.aws.provided(provider)
            }
            (Step::Role(number), _) => self.assume(number, source, None, layer.duration),
            (Step::Provider | Step::SessionToken, _) => {
                self.aws.session_token(None, layer.duration)
            }
        };
        self.wait(call).map_err(|failure| {
            let role = self.role(layer);
            let with_session = source.is_some() || layer.step == Step::Provider;
            diagnose(
                &failure,
                &Asked {
                    settings: &self.settings,
                    serial: None,
                    role,
                    with_session,
                },
            )
        })
    }

    /// Says whose keys the command is going to have, where they are not got with a code.
    pub(super) fn tell_source(&self, provider: &Provider) {
        self.ui.notice(&format!(
            "no code of mfaexec's is asked for: the keys of {} come from {}",
            self.settings.profile.value,
            provider.kind.name()
        ));
    }

    /// Calls AssumeRole for the role of that number.
    pub(super) fn assume(
        &self,
        number: usize,
        source: Option<&Session>,
        code: Option<crate::edge::sts::Code<'_>>,
        duration: u64,
    ) -> Pending<TemporaryKeys> {
        let role = &self.settings.roles[number];
        let name = self.settings.session_name(role);
        self.aws.assume_role(source, code, role, &name, duration)
    }

    pub(super) fn role(&self, layer: &Layer) -> Option<&Role> {
        match layer.step {
            Step::Role(number) => self.settings.roles.get(number),
            Step::Provider | Step::SessionToken => None,
        }
    }

    /// The profiles whose `credential_process` runs from here on, this one included.
    pub(super) fn process_of(&self, profile: &str) -> String {
        match self.env.text(PROCESS_OF) {
            Some(outer) => format!("{outer}\n{profile}"),
            None => profile.to_owned(),
        }
    }
}
