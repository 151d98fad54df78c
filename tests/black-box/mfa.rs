//! `mfaexec mfa`, for a user who has the policy that `mfaexec policy self-service` prints and no other: the
//! world, and what a person does. The tests are in `mfa_enroll`, `mfa_manage`, `mfa_killed` and
//! `mfa_refused`.

use std::process::Command;

use local_aws::{Device, Entry};
use rexpect::session::PtySession;

use crate::harness::{World, terminal};

pub(crate) const DEVICE: &str = "arn:aws:iam::123456789012:mfa/nodevice";
pub(crate) const PHONE: &str = "arn:aws:iam::123456789012:mfa/nodevice/phone";
pub(crate) const FIRST: &str = "First code: ";
pub(crate) const SECOND: &str = "The code after it: ";

/// A config file with what a rewrite could lose.
pub(crate) const CONFIG: &str = "# mine\n[profile nodevice] # work\n  region=eu-central-1 # near\n\n\
                                 [default]\nregion = us-east-1\n";

/// The same with a device.
pub(crate) fn config_with(serial: &str) -> String {
    let line = format!("# work\n  mfa_serial = {serial}\n");
    CONFIG.replacen("# work\n", &line, 1)
}

/// A user without a device, with the self-service policy and no other.
pub(crate) fn world() -> World {
    let world = World::new();
    let policy = world.run(&["policy", "self-service"]).succeeds();
    world.aws.edit(|account| {
        account.user_mut("nodevice").policies.clear();
        account
            .put_user_policy("nodevice", "self-service", &policy)
            .unwrap();
    });
    world.write_config(CONFIG);
    world
}

impl World {
    pub(crate) fn config(&self) -> String {
        std::fs::read_to_string(self.home().join(".aws/config")).unwrap()
    }

    pub(crate) fn unassigned(&self) -> Vec<String> {
        let unassigned = self.aws.account().unassigned;
        unassigned.into_iter().map(|device| device.serial).collect()
    }

    pub(crate) fn devices(&self, user: &str) -> Vec<String> {
        let account = self.aws.account();
        let serials = account.user(user).serials();
        serials.into_iter().map(str::to_owned).collect()
    }

    /// A device of the account.
    pub(crate) fn device(&self, serial: &str) -> Device {
        let account = self.aws.account();
        let all = account.users.values().flat_map(|user| &user.devices);
        let mut all = all.chain(&account.unassigned);
        let device = all.find(|device| device.serial == serial);
        device.unwrap_or_else(|| panic!("no {serial}")).clone()
    }

    /// Two codes of a device, from that many steps after now on.
    pub(crate) fn two_codes(&self, serial: &str, from: i64) -> [String; 2] {
        let now = jiff::Timestamp::now().as_second() + self.aws.clock();
        let device = self.device(serial);
        [from, from + 1].map(|step| device.code_at(now + 30 * step).unwrap())
    }

    /// A code that comes after those that the device was enrolled with. It is the one in the middle of
    /// those that STS accepts, at whichever moments of a step of 30 seconds all that happens.
    pub(crate) fn next_code(&self, serial: &str) -> String {
        self.aws.move_clock(60);
        let [code, _] = self.two_codes(serial, 1);
        code
    }

    pub(crate) fn mfa_at_terminal(&self, args: &[&str]) -> PtySession {
        terminal(self.mfa(args))
    }

    pub(crate) fn mfa(&self, args: &[&str]) -> Command {
        let [action, rest @ ..] = args else {
            panic!("no action")
        };
        self.mfaexec(&[&["mfa", action, "-p", "nodevice"], rest].concat())
    }

    /// Calls to IAM that change something, in their order.
    pub(crate) fn changes(&self) -> Vec<String> {
        let is_change = |entry: &Entry| {
            let reads = ["Get", "List"];
            !reads.iter().any(|begin| entry.action.starts_with(begin))
        };
        let journal = self.aws.journal().into_iter();
        journal
            .filter(is_change)
            .map(|entry| entry.action)
            .collect()
    }

    /// Gives the user a device, as a person does.
    pub(crate) fn enroll(&self, args: &[&str], serial: &str) {
        let mut terminal = self.mfa_at_terminal(&[&["enroll", "--yes"], args].concat());
        give_codes(self, &mut terminal, serial, 0);
        let seen = terminal.exp_eof().unwrap();
        assert!(seen.contains("is enabled"), "{seen}");
    }
}

/// Answers both questions with codes of the device.
pub(crate) fn give_codes(world: &World, terminal: &mut PtySession, serial: &str, from: i64) {
    terminal.exp_string(FIRST).unwrap();
    let codes = world.two_codes(serial, from);
    terminal.send_line(&codes[0]).unwrap();
    terminal.exp_string(SECOND).unwrap();
    terminal.send_line(&codes[1]).unwrap();
}
