//! Signing in: under a lock, look again, get one session after the other, keep each. Everything that
//! can fail without a code fails before someone types one.

use crate::edge::aws::errors::Called;
use crate::edge::aws::providers::program_keys::Given;
use crate::edge::aws::thread::{Aws, Pending};
use crate::edge::aws::validate::TemporaryKeys;
use crate::edge::clock::now;
use crate::edge::output::Ui;
use crate::edge::store::cache::Cache;
use crate::edge::store::room;
use crate::error::Result;
use crate::model::console::Console;
use crate::model::environment::Environment;
use crate::model::failure::asked::{Asked, CachedSession};
use crate::model::failure::diagnose::diagnose;
use crate::model::plan::calls::asks_for_account;
use crate::model::plan::step::{Call, Step};
use crate::model::plan::{Fresh, Plan};
use crate::model::prompt::question::Purpose;
use crate::model::session::{Session, SessionKind};
use crate::model::settings::Settings;
use crate::model::source::Source;
use crate::model::source::key::LongTermKey;
use crate::model::source::provider::Provider;
use crate::options::SignIn;
use crate::sign_in::ask::code_source::Asking;
use crate::sign_in::ask::progress::{tell_end, tell_slow};
use crate::sign_in::cached::find_known_caller;
use crate::sign_in::key_store::stored_key::read_stored_key;
use crate::sign_in::signing_in::account::ask_account;
use crate::sign_in::signing_in::{KeyCheck, Obtained, SigningIn, given_up};

impl<'a> SigningIn<'a> {
    /// Makes sure that nothing but the code is missing.
    pub(crate) fn prepare(
        env: &'a Environment,
        asking: Asking,
        sign_in: &'a SignIn,
        settings: Settings,
        cache: &'a Cache,
        ui: Ui,
    ) -> Result<Self> {
        room::check(cache)?;
        let mut settings = settings;
        find_known_caller(&mut settings, cache)?;
        let aws = Aws::start(&settings, settings.partition_arn())?;
        let fresh = Fresh::asked_for(sign_in.fresh, asking.given.is_some());
        Ok(Self {
            env,
            sign_in,
            settings,
            cache,
            ui,
            codes: None,
            check: KeyCheck::NotBegun,
            next_code_at: None,
            aws,
            asking,
            one_of_several: false,
            given_up: false,
            locks: Vec::new(),
            begun: now(),
            fresh,
            not_kept: None,
        })
    }

    /// Signs in, or takes over the session of someone who just did. Where that fails, no one else
    /// begins before the error was read: the locks are kept until this process ends.
    pub(crate) fn finish(mut self) -> Result<Obtained> {
        match self.get_session() {
            Ok(session) => {
                for lock in self.locks {
                    lock.end_peace();
                }
                Ok(Obtained {
                    session,
                    settings: self.settings,
                    not_kept: self.not_kept,
                })
            }
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

    /// The same in a process that goes on: no error keeps a lock.
    pub(crate) fn finish_and_go_on(mut self) -> Result<Obtained> {
        let session = self.get_session()?;
        Ok(Obtained {
            session,
            settings: self.settings,
            not_kept: self.not_kept,
        })
    }

    fn get_session(&mut self) -> Result<Session> {
        self.find_device()?;
        let mut plan = self.lock_and_plan()?;
        let mut given = None;
        if let Some(program) = self.settings.program_to_run(&plan).cloned() {
            match self.keys_of_program(&program)? {
                Given::Temporary(keys) => given = Some(keys),
                Given::LongTerm(key) => plan = self.begin_with(program, key)?,
            }
        }
        if plan.cached.is_none() {
            self.read_stored_key()?;
        }
        if plan.needs_code() {
            tell_end(&self.settings, &plan, self.ui);
        }
        let missing = plan.missing().to_vec();
        let mut session = plan.cached.map(|(_, session)| session);
        let mut is_cached = session.is_some();
        for step in missing {
            let keys = match given.take() {
                Some(keys) => keys,
                None => self.get(&step, session.as_ref(), is_cached)?,
            };
            is_cached = false;
            let mut next = self.session(&step, keys);
            self.try_to_keep(&step, &next);
            if next.account.is_none() && asks_for_account(&self.settings, &step, false) {
                // The session is kept by now: if this call fails, the code was not for nothing.
                next.account = Some(ask_account(&self.aws, &self.settings, &next, self.ui)?);
                self.try_to_keep(&step, &next);
            }
            session = Some(next);
        }
        session.ok_or_else(given_up)
    }

    /// Reads the key from the store of keys, if it is there: as late as that, so that a run whose
    /// session is cached, or was just got by another run, never opens the store.
    pub(crate) fn read_stored_key(&mut self) -> Result<()> {
        if self.settings.key_to_read().is_none() {
            return Ok(());
        }
        let read = read_stored_key(
            &mut self.settings,
            self.env,
            self.sign_in,
            self.cache,
            self.ui,
        );
        self.given_up |= read.as_ref().is_err_and(|failure| failure.by_person);
        read.map_err(|failure| failure.error)?;
        self.aws = Aws::start(&self.settings, self.settings.partition_arn())?;
        Ok(())
    }

    /// A session that cannot be kept is used all the same: it was paid for with a code.
    fn try_to_keep(&mut self, step: &Step, session: &Session) {
        if let Err(error) = self.keep(step, session) {
            self.not_kept.get_or_insert(error);
        }
    }

    /// Makes the plan anew with a long-term key that a program has given. What could be refused
    /// before a code is asked for could not be looked at before.
    fn begin_with(&mut self, program: Provider, key: LongTermKey) -> Result<Plan> {
        let key = Some(key);
        self.settings.source = Source::KeyOfProgram { program, key };
        self.aws = Aws::start(&self.settings, self.settings.partition_arn())?;
        let for_command = self.asking.purpose != Purpose::SignIn;
        if self.asking.purpose == Purpose::Console {
            Console::new(&self.settings, None)?;
        }
        self.plan()?.check(&self.settings, for_command)?;
        self.find_device()?;
        let plan = self.lock_and_plan()?;
        plan.check(&self.settings, for_command)?;
        Ok(plan)
    }

    /// How old a cached session below a role is, and how to get another one.
    fn renewal_of(&self, session: &Session) -> CachedSession {
        if session.kind == SessionKind::Role {
            return CachedSession {
                age_of_mfa: None,
                remedy: "forget it and try again: mfaexec clear".to_owned(),
            };
        }
        let own = SignIn {
            duration: None,
            role_arn: None,
            policy_file: None,
            policy_arn: Vec::new(),
            ..self.sign_in.clone()
        };
        let settings = &self.settings;
        let line = own.login_command(settings.chain.last().map(String::as_str));
        // A profile that assumes its role with its own keys has no session of its own.
        let of_profiles = settings.roles.len() - usize::from(self.sign_in.role_arn.is_some());
        let with_code = settings.chain.len() == 1 && of_profiles > 0;
        let code = if with_code { " --code 123456" } else { "" };
        CachedSession {
            age_of_mfa: (session.kind == SessionKind::Mfa)
                .then(|| session.obtained_at.until(now())),
            remedy: format!("get a new one: {line} --fresh{code}"),
        }
    }

    pub(crate) fn wait<T>(&self, call: Pending<T>) -> Called<T> {
        call.wait(|| tell_slow(self.ui))
    }

    pub(crate) fn serial(&self) -> &str {
        self.settings.device().unwrap_or_default()
    }

    /// Gets the session of one step with the one before it.
    fn get(
        &mut self,
        step: &Step,
        source: Option<&Session>,
        is_cached: bool,
    ) -> Result<TemporaryKeys> {
        self.tell_cut(step);
        if step.with_code {
            return self.exchange_code(step);
        }
        self.find_caller(step, source)?;
        let session_name = step.session_name(&self.settings);
        let call = match &step.call {
            Call::Provider(provider) => {
                self.tell_source(provider);
                self.aws.provided(provider)
            }
            Call::AssumeRole { role, session_name } => {
                let name = self.settings.name_of(session_name);
                self.aws
                    .assume_role(source, None, role, &name, step.duration)
            }
            Call::SessionToken => self.aws.session_token(None, step.duration),
        };
        self.wait(call).map_err(|failure| {
            let asked = Asked {
                settings: &self.settings,
                serial: None,
                role: step.role(),
                with_session: source.is_some() || step.provider().is_some(),
                session_name: session_name.as_deref(),
                renewal: source
                    .filter(|_| is_cached)
                    .map(|source| self.renewal_of(source)),
            };
            diagnose(&failure, &asked)
        })
    }

    /// Says whose keys the command is going to have, where they are not got with a code.
    pub(crate) fn tell_source(&self, provider: &Provider) {
        self.ui.notice(&format!(
            "{}: using temporary keys from {}; no MFA code needed",
            self.settings.profile.value,
            provider.name()
        ));
    }
}
