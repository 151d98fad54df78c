//! Signing in: under a lock, look again, get one session after the other, keep each. Everything that
//! can fail without a code fails before somebody types one.

use std::time::Instant;

use std::time::Duration;

use super::acquire::{Acquired, at_hand, device_id, now, tell_end};
use super::codes::{Asking, Codes, find_codes};
use super::find_device::find_device;
use super::mint::Check;
use crate::cli::SignIn;
use crate::edge::answer::TemporaryKeys;
use crate::edge::cache::Cache;
use crate::edge::device_lock::{DeviceLock, Holder};
use crate::edge::prompt::Terminal;
use crate::edge::sts::Aws;
use crate::edge::ui::{Ui, notices_on_terminal};
use crate::error::Result;
use crate::model::base::Base;
use crate::model::child_env::PROCESS_OF;
use crate::model::diagnose::{Asked, diagnose};
use crate::model::environment::Environment;
use crate::model::layer::{Layer, Step};
use crate::model::plan::{Plan, plan};
use crate::model::role::Role;
use crate::model::session::{Session, Timestamp, digest_of};
use crate::model::settings::{Origin, Settings, Sourced};

/// More than it takes when nobody is asked: a program of `mfa_process` twice, and the next code
/// between.
const LONGEST_WAIT: Duration = Duration::from_secs(120);

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
        plan: &Plan,
    ) -> Result<Self> {
        cache.check_writable()?;
        let aws = Aws::start(&settings, settings.partition_arn())?;
        let mut this = Self {
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
            begun: now(),
        };
        if plan.needs_code() {
            this.find_codes()?;
        }
        Ok(this)
    }

    fn find_codes(&mut self) -> Result<()> {
        if self.codes.is_none() {
            let given = self.asking.given.take();
            self.codes = Some(find_codes(given, self.env, self.sign_in, &self.settings)?);
        }
        Ok(())
    }

    /// Signs in, or takes over the session of somebody who just did.
    pub(super) fn finish(mut self) -> Result<Acquired> {
        // Held to the end: whoever looks for the device at the same time finds it then.
        let finding = self.find_device()?;
        let waited = |lock: &Option<DeviceLock>| lock.as_ref().is_some_and(|lock| lock.waited);
        let mut plan = self.plan(waited(&finding))?;
        let mut lock = loop {
            let with_device = plan.needs_code();
            let lock = self.lock_for(&plan)?;
            plan = self.plan(waited(&finding) || waited(&lock))?;
            if with_device || !plan.needs_code() {
                break lock;
            }
            // What was at hand is gone: this has become a matter of the device.
        };
        if plan.needs_code() {
            self.find_codes()?;
            tell_end(&self.settings, &plan, self.ui);
        }
        let (mut session, mut kept) = (None, Ok(()));
        let missing = plan.missing().to_vec();
        if let Some((_, at_hand)) = plan.at_hand {
            session = Some(at_hand);
        }
        for layer in missing {
            let keys = self.get(&layer, session.as_ref(), lock.as_mut())?;
            let next = self.session(&layer, keys);
            kept = kept.and(self.keep(&layer, &next));
            session = Some(next);
        }
        let settings = self.settings;
        match session {
            Some(session) => Ok(Acquired {
                session,
                settings,
                kept,
            }),
            None => Err(super::mint::given_up()),
        }
    }

    /// What is to be done now. Somebody may have signed in since the first look, even if there was
    /// no wait. A fresh session is one that was made after it was asked for, whoever made it.
    fn plan(&self, waited: bool) -> Result<Plan> {
        let look = |layer: &Layer| at_hand(self.cache, layer);
        let plan = plan(&self.settings, self.sign_in.fresh && !waited, now(), look)?;
        match &plan.at_hand {
            Some((number, session))
                if self.sign_in.fresh
                    && number + 1 == plan.layers.len()
                    && session.obtained_at < self.begun =>
            {
                self::plan(&self.settings, true, now(), look)
            }
            _ => Ok(plan),
        }
    }

    /// Finds the device if nobody has named it, one process at a time.
    fn find_device(&mut self) -> Result<Option<DeviceLock>> {
        if self.settings.serial.is_some() || !self.settings.uses_device() {
            return Ok(None);
        }
        let id = device_id(&self.settings);
        let profile = self.settings.profile.value.clone();
        let lock = self.lock(&id, &profile)?;
        self.settings.serial = match self.cache.device(&id)? {
            Some(device) => Some(Sourced::new(device.serial, Origin::Discovered)),
            None => {
                let person = self.codes.as_mut().and_then(Codes::person);
                let (serial, identity) = find_device(&self.aws, &self.settings, person)?;
                self.check = Check::Over(Some(identity));
                Some(serial)
            }
        };
        Ok(lock)
    }

    /// Codes are a matter of the device; all else is one of the session that is to be had.
    fn lock_for(&self, plan: &Plan) -> Result<Option<DeviceLock>> {
        if plan.needs_code() {
            let serial = self.serial();
            return self.lock(&digest_of("device", &[serial]), serial);
        }
        match plan.layers.last().and_then(|layer| layer.id.as_deref()) {
            Some(id) => self.lock(id, &self.settings.profile.value),
            None => Ok(None),
        }
    }

    /// One sign-in at a time. Where sessions are not kept there may be no place for a lock, and
    /// nothing to share but the memory of used codes.
    fn lock(&self, id: &str, of: &str) -> Result<Option<DeviceLock>> {
        let directory = match self.cache.directory() {
            Ok(directory) => directory,
            Err(_) if !self.cache.keeps() => return Ok(None),
            Err(error) => return Err(error),
        };
        let on_wait = |holder: Option<Holder>| {
            let process = holder.map_or(String::new(), |Holder(pid)| format!(" (process {pid})"));
            let text = format!("waiting for the sign-in with {of} under way{process}");
            // The seven others of a `make -j8`: the question stands there for all of them, and their
            // words would get between it and the answer.
            if notices_on_terminal() && holder.is_some_and(Holder::is_of_this_job) {
                tracing::info!("{text}");
            } else {
                self.ui.notice(&text);
            }
        };
        // A question that was forgotten at some terminal is nothing that a job of the night should
        // wait for without end. Who sits at one sees what is waited for, and can end it.
        let nobody_waits = self.sign_in.no_input || Terminal::open().is_err();
        let limit = nobody_waits.then_some(LONGEST_WAIT);
        DeviceLock::take(&directory, id, limit, on_wait).map(Some)
    }

    pub(super) fn serial(&self) -> &str {
        self.settings.known_serial().unwrap_or_default()
    }

    /// Gets the session of one layer with the one before it.
    fn get(
        &mut self,
        layer: &Layer,
        source: Option<&Session>,
        lock: Option<&mut DeviceLock>,
    ) -> Result<TemporaryKeys> {
        self.tell_cut(layer);
        if layer.with_code {
            return self.mint(layer, lock);
        }
        let got = match (layer.step, &self.settings.base) {
            (Step::Provider, Base::Provider(provider)) => {
                self.ui.notice(&format!(
                    "no code of mfaexec's is asked for: the keys of {} come from {}",
                    self.settings.profile.value,
                    provider.kind.name()
                ));
                self.aws
                    .provided(provider, &self.process_of(&provider.profile))
            }
            (Step::Role(number), _) => self.assume(number, source, None, layer.duration),
            (Step::Provider | Step::SessionToken, _) => {
                self.aws.session_token(None, layer.duration)
            }
        };
        got.map_err(|failure| {
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

    /// Calls AssumeRole for the role of that number.
    pub(super) fn assume(
        &self,
        number: usize,
        source: Option<&Session>,
        code: Option<crate::edge::sts::Code<'_>>,
        duration: u64,
    ) -> crate::edge::answer::Called<TemporaryKeys> {
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
    fn process_of(&self, profile: &str) -> String {
        match self.env.text(PROCESS_OF) {
            Some(outer) => format!("{outer}\n{profile}"),
            None => profile.to_owned(),
        }
    }
}
