//! The options of `mfaexec mfa`.

use clap::{Args, ValueEnum};

use super::action::refuse_options_of_others;
use super::{ChangeChoice, non_empty};
use crate::error::{Error, Kind, Result};

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum MfaAction {
    /// Add a virtual MFA device
    Enroll,
    /// Show your devices
    List,
    /// Put a device in step with AWS
    Resync,
    /// Delete a device
    Remove,
}

#[derive(Debug, Clone, Default, Args)]
pub(crate) struct MfaChoice {
    /// enroll, list, resync or remove
    ///
    /// enroll: add a virtual MFA device, and let the profile name it. list: show your devices. resync:
    /// put a device in step with AWS, whose clock has gone wrong. remove: delete a device.
    #[arg(value_name = "ACTION", hide_possible_values = true)]
    pub action: Option<MfaAction>,
    /// Use the long-term key of this profile
    ///
    /// The devices are those of the key's user, also if the profile has a role. Default: as for a run.
    #[arg(short, long, value_name = "NAME", value_parser = non_empty, help_heading = DEVICE)]
    pub profile: Option<String>,
    /// Name the device: phone, or for an existing one its ARN
    ///
    /// A new device gets this name below yours, testuser/phone. Default: for a new device your own
    /// name; else the device that the profile names, or your only one.
    #[arg(long, value_name = "NAME", value_parser = non_empty, help_heading = DEVICE)]
    pub device: Option<String>,
    /// enroll: show the key in letters, too
    ///
    /// For an app that cannot scan. Typing s at the question does the same.
    #[arg(long, help_heading = DEVICE)]
    pub show_seed: bool,
    #[command(flatten)]
    pub change: ChangeChoice,
    /// list: print JSON
    #[arg(long, help_heading = "Output")]
    pub json: bool,
}

const DEVICE: &str = "Device";

macro_rules! examples {
    () => {
        "\
Examples:
  mfaexec mfa enroll -p testuser
  mfaexec mfa enroll -p testuser --device phone
  mfaexec mfa remove -p testuser --device phone --dry-run"
    };
}

impl MfaChoice {
    pub(crate) const EXAMPLES: &str = examples!();
    // Put together by the compiler: every run makes the definitions.
    pub(crate) const EXAMPLES_AND_PERMISSIONS: &str = concat!(
        examples!(),
        "

Permissions, all of which mfaexec policy self-service gives:
  enroll  iam:CreateVirtualMFADevice, iam:EnableMFADevice; to go on after an
          interruption, iam:ListMFADevices, iam:ListVirtualMFADevices,
          iam:DeleteVirtualMFADevice
  list    iam:ListMFADevices; for devices that were left over,
          iam:ListVirtualMFADevices
  resync  iam:ResyncMFADevice
  remove  iam:DeactivateMFADevice, iam:DeleteVirtualMFADevice
mfaexec asks with the long-term key, and with an MFA session if a policy
refuses the key alone.

resync is for a device whose codes STS refuses although they are typed in time:
its clock is off."
    );
}

impl MfaAction {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Enroll => "enroll",
            Self::List => "list",
            Self::Resync => "resync",
            Self::Remove => "remove",
        }
    }
}

impl MfaChoice {
    /// What is to be done.
    ///
    /// # Errors
    /// Nothing was named, or an option that has nothing to do with it.
    pub(crate) fn action(&self) -> Result<MfaAction> {
        use MfaAction::{Enroll, List, Remove, Resync};
        let Some(action) = self.action else {
            return Err(Error::of(
                Kind::Usage,
                "mfa needs to know what to do",
                "it can enroll, list, resync and remove MFA devices",
                "mfaexec mfa list, or see: mfaexec mfa --help",
            ));
        };
        let given = [
            (
                "--device",
                self.device.is_some(),
                &[Enroll, Resync, Remove][..],
            ),
            ("--show-seed", self.show_seed, &[Enroll]),
            ("--json", self.json, &[List]),
            ("--dry-run", self.change.dry_run, &[Enroll, Resync, Remove]),
            ("--yes", self.change.yes, &[Enroll, Resync, Remove]),
        ];
        refuse_options_of_others("mfa", (action, MfaAction::name), &given)?;
        Ok(action)
    }
}
