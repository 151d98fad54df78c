//! The IAM user that a long-term key belongs to, for calls about the user's own devices: with the key
//! where that is allowed, and with an MFA session where a policy wants a code.

use std::time::Duration;

use crate::edge::aws::errors::Called;
use crate::edge::aws::thread::{Aws, Pending};
use crate::edge::config_files;
use crate::edge::lock::device_lock::DeviceLock;
use crate::edge::output::Ui;
use crate::edge::store::cache::Cache;
use crate::edge::store::room;
use crate::error::{Error, Result};
use crate::model::arn::user_name;
use crate::model::config::Profiles;
use crate::model::digest::digest_of;
use crate::model::environment::Environment;
use crate::model::failure::asked::Asked;
use crate::model::failure::device::{AboutDevice, diagnose_device};
use crate::model::failure::diagnose::diagnose;
use crate::model::failure::{CallFailure, Meaning};
use crate::model::mfa_device::{Device, gives_codes};
use crate::model::origin::{Sourced, env_setting};
use crate::model::session::Session;
use crate::model::settings::Settings;
use crate::model::settings::exports::without_exports;
use crate::options::SignIn;
use crate::sign_in::ask::progress::tell_slow;
use crate::sign_in::ask::turn::tell_wait;
use crate::sign_in::obtain_with;
use crate::sign_in::request::{For, read_settings};
use crate::sign_in::user::long_term_key::require_key;

/// Longer than a person takes to enroll a device.
const LONGEST_WAIT: Duration = Duration::from_secs(30 * 60);

/// How often IAM is asked for a change whose answer was lost.
const MOST_LOOKS: u32 = 3;
const LOOK_INTERVAL: Duration = Duration::from_secs(1);

/// The user, and how to call IAM about them.
pub(crate) struct IamUser {
    env: Environment,
    /// Those of the files, which may name devices.
    pub(crate) profiles: Profiles,
    settings: Settings,
    aws: Aws,
    ui: Ui,
    pub(crate) name: String,
    pub(crate) arn: String,
    /// The user's devices; none if the key may not list them.
    pub(crate) devices: Option<Vec<Device>>,
    /// The device that the profile with the key names.
    pub(crate) written: Option<Sourced<String>>,
    _lock: Option<DeviceLock>,
    session: Option<Session>,
    /// Whether none could be obtained: its locks are kept to the end, also from this process.
    has_failed: bool,
}

impl IamUser {
    /// Finds out whose the key is, and which devices the user has. With a cache, no other mfaexec changes
    /// them until this value goes: a device that is being enrolled looks like one that was left over.
    ///
    /// # Errors
    /// There is no long-term key, it is not a user's, or AWS cannot be asked.
    pub(crate) fn of_key(
        env: &Environment,
        profile: Option<String>,
        command: &str,
        changes: Option<&Cache>,
        ui: Ui,
    ) -> Result<Self> {
        let env = without_exports(env);
        let sign_in = SignIn {
            profile,
            // The device that a profile names may be the one that is wrong.
            without_mfa: true,
            ..SignIn::default()
        };
        let mut settings = read_settings(&env, &sign_in)?;
        let why = "MFA devices belong to IAM users, and only a user's own key says which one it is";
        require_key(&mut settings, &env, &sign_in, ui, (why, command))?;
        room::check_descriptors()?;
        let aws = Aws::start(&settings, settings.partition_arn())?;
        let asked = |failure: CallFailure| diagnose(&failure, &Asked::by_key(&settings, None));
        let identity = aws.caller_identity(None, None).wait(|| tell_slow(ui));
        let arn = identity.map_err(asked)?.arn;
        let Some(name) = user_name(&arn).map(str::to_owned) else {
            return Err(no_user(&arn));
        };
        let lock = changes.map(|cache| lock(cache, &arn, ui)).transpose()?;
        let devices = match aws.devices_of(Some(&name), None).wait(|| tell_slow(ui)) {
            Ok(devices) => Some(devices),
            Err(failure) if failure.meaning() == Meaning::Denied => None,
            Err(failure) => return Err(asked(failure)),
        };
        // The one that was waited for may have written them.
        let profiles = Profiles::parse(config_files::read(&env)?)?;
        let of_key = settings.chain.last();
        let of_key = of_key.map(|name| profiles.get(name)).transpose()?.flatten();
        let written = of_key.and_then(|profile| profile.mfa_serial());
        Ok(Self {
            written: written.filter(|written| !written.value.is_empty()),
            env,
            profiles,
            settings,
            aws,
            ui,
            name,
            arn,
            devices,
            _lock: lock,
            session: None,
            has_failed: false,
        })
    }

    /// The profile with the key; none for a key of the environment.
    pub(crate) fn profile(&self) -> Option<&str> {
        self.settings.chain.last().map(String::as_str)
    }

    pub(crate) fn devices(&self) -> &[Device] {
        self.devices.as_deref().unwrap_or_default()
    }

    /// The virtual devices of the account that no user has. None if the user may not list them.
    ///
    /// # Errors
    /// AWS cannot be asked.
    pub(crate) fn unassigned(&self) -> Result<Option<Vec<String>>> {
        match self
            .aws
            .unassigned_devices(None)
            .wait(|| tell_slow(self.ui))
        {
            Ok(serials) => Ok(Some(serials)),
            Err(failure) if failure.meaning() == Meaning::Denied => Ok(None),
            Err(failure) => Err(diagnose(&failure, &Asked::by_key(&self.settings, None))),
        }
    }

    /// Calls IAM with the key, and if a policy refuses that, with an MFA session, if the user has a
    /// device to get one with.
    ///
    /// # Errors
    /// No session was obtained. How the call itself ended is the result.
    pub(crate) fn call<T>(
        &mut self,
        make: impl Fn(&Aws, Option<&Session>) -> Pending<T>,
    ) -> Result<Called<T>> {
        let answer = make(&self.aws, self.session.as_ref()).wait(|| tell_slow(self.ui));
        let denied = answer
            .as_ref()
            .is_err_and(|failure| failure.meaning() == Meaning::Denied);
        let may_have_session = self.can_sign_in() || self.written.is_some();
        if !denied || self.session.is_some() || self.has_failed || !may_have_session {
            return Ok(answer);
        }
        log::info!("the key alone may not do this: using an MFA session");
        let sign_in = SignIn {
            profile: self.profile().map(str::to_owned),
            // A device that was taken from the user gives no session, but an older one may be cached.
            no_input: !self.can_sign_in(),
            ..SignIn::default()
        };
        let mut settings = read_settings(&self.env, &sign_in)?;
        settings.take_over_key(&self.settings);
        match obtain_with(settings, &self.env, &sign_in, self.ui, For::Later) {
            Ok(obtained) => self.session = Some(obtained.session),
            Err(error) => {
                self.has_failed = true;
                return if sign_in.no_input {
                    Ok(answer)
                } else {
                    Err(error)
                };
            }
        }
        Ok(make(&self.aws, self.session.as_ref()).wait(|| tell_slow(self.ui)))
    }

    /// The error of a call about a device.
    pub(crate) fn error(&self, failure: &CallFailure, serial: &str) -> Error {
        let about = AboutDevice {
            serial,
            user: &self.name,
            profile: self.profile(),
        };
        let asked = Asked {
            with_session: self.session.is_some(),
            ..Asked::by_key(&self.settings, None)
        };
        diagnose_device(failure, about, &asked)
    }

    /// Whether the device is the user's now, after a call whose answer was lost. IAM may show a change
    /// only after a while.
    pub(crate) fn has_by_now(&self, serial: &str) -> bool {
        (0..MOST_LOOKS).any(|look| {
            std::thread::sleep(LOOK_INTERVAL * look);
            let own = self.aws.devices_of(Some(&self.name), self.session.as_ref());
            let own = own.wait(|| tell_slow(self.ui)).unwrap_or_default();
            own.iter().any(|device| device.serial == serial)
        })
    }

    /// What makes a run use another device than the one that the profile with the key names: a variable,
    /// or a profile on the way to the key.
    pub(crate) fn overriding(&self, serial: &str) -> Option<Sourced<String>> {
        let variable = env_setting("AWS_MFA_SERIAL", &self.env);
        let mut nearer = self.settings.chain.iter().rev().skip(1).rev();
        let nearer = match variable {
            Some(variable) => Some(variable),
            None => nearer.find_map(|name| {
                let profile = self.profiles.get(name).ok().flatten()?;
                profile.mfa_serial()
            }),
        };
        nearer.filter(|nearer| nearer.value != serial)
    }

    /// Forgets the device that was found for this key in an earlier run.
    pub(crate) fn forget_found_device(&self, cache: &Cache) {
        cache.forget_device(&crate::sign_in::cached::device_id(&self.settings));
    }

    fn can_sign_in(&self) -> bool {
        match &self.devices {
            Some(devices) => devices.iter().any(|device| gives_codes(&device.serial)),
            None => self.written.is_some(),
        }
    }
}

fn lock(cache: &Cache, arn: &str, ui: Ui) -> Result<DeviceLock> {
    let id = digest_of("devices-of-user", &[arn]);
    DeviceLock::take(
        || cache.directory(),
        &id,
        Some(LONGEST_WAIT),
        |holder| tell_wait("another change of the user's MFA devices", holder, ui),
    )
}

fn no_user(arn: &str) -> Error {
    Error::new(
        "the key does not belong to an IAM user",
        format!("it belongs to {arn}"),
        "devices of the root user are added and removed in the console: Security credentials; for a \
         user, choose the profile with the user's key, with -p NAME",
    )
}
