//! A desktop's secrets: a real GNOME Keyring on a bus of its own, in the home of one test. It has one
//! keyring, `login`, which a password opens.

use std::fs::{self, DirBuilder};
use std::io::Write;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::dialogs_real::Display;
use crate::harness::{World, eventually, finish};
use crate::skipping::required;

/// The password of the keyring.
pub(crate) const PASSWORD: &str = "tr0ub4dor";
/// What shows GNOME Keyring's questions. It is in no directory of PATH.
const PROMPTER: &str = "/usr/libexec/gcr-prompter";
const SERVICE: &str = "--dest=org.freedesktop.secrets";
const SERVICE_PATH: &str = "/org/freedesktop/secrets";

/// No service is started by this bus: what is on it, a test has started.
const BUS: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path=SOCKET</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"#;

pub(crate) struct Desktop<'a> {
    world: &'a World,
    runtime: PathBuf,
    bus: Child,
    keyring: Option<Child>,
    prompter: Option<Child>,
}

/// Whether the program that shows the questions is installed.
pub(crate) fn prompter_installed(test: &str) -> bool {
    required(Path::new(PROMPTER).exists(), test, "gcr-prompter")
}

impl<'a> Desktop<'a> {
    /// A bus with nothing on it.
    pub(crate) fn without_keyring(world: &'a World) -> Self {
        let runtime = world.home().join("run");
        DirBuilder::new().mode(0o700).create(&runtime).unwrap();
        let socket = runtime.join("bus");
        let config = world.write("bus.conf", BUS.replace("SOCKET", socket.to_str().unwrap()));
        let config = format!("--config-file={}", config.display());
        let mut bus = world.program("dbus-daemon");
        let bus = bus.args([&config, "--nofork", "--nopidfile", "--nosyslog"]);
        let bus = bus.stderr(Stdio::null()).spawn().unwrap();
        eventually("the bus listens", || socket.exists());
        Self {
            world,
            runtime,
            bus,
            keyring: None,
            prompter: None,
        }
    }

    /// A desktop whose user has just logged in.
    pub(crate) fn new(world: &'a World) -> Self {
        let mut desktop = Self::without_keyring(world);
        desktop.start(&["--unlock"]);
        desktop
    }

    /// Starts the keyring.
    pub(crate) fn start(&mut self, options: &[&str]) {
        let mut daemon = self.program("gnome-keyring-daemon");
        daemon
            .args(["--foreground", "--components=secrets"])
            .args(options);
        daemon
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let mut daemon = daemon.spawn().unwrap();
        daemon
            .stdin
            .take()
            .unwrap()
            .write_all(PASSWORD.as_bytes())
            .unwrap();
        self.keyring = Some(daemon);
        eventually("the keyring is on the bus", || {
            let mut ask = self.program("dbus-send");
            ask.args([
                "--session",
                "--print-reply",
                "--dest=org.freedesktop.DBus",
                "/",
            ]);
            ask.args([
                "org.freedesktop.DBus.NameHasOwner",
                "string:org.freedesktop.secrets",
            ]);
            finish(&mut ask).stdout.contains("true")
        });
    }

    /// Ends the keyring.
    pub(crate) fn stop(&mut self) {
        end(&mut self.keyring);
    }

    /// A program in this desktop's session.
    pub(crate) fn program(&self, program: &str) -> Command {
        let mut command = self.world.program(program);
        self.joins(&mut command);
        command
    }

    /// mfaexec in this desktop's session.
    pub(crate) fn mfaexec(&self, args: &[&str]) -> Command {
        let mut command = self.world.mfaexec(args);
        self.joins(&mut command);
        command
    }

    pub(crate) fn joins(&self, command: &mut Command) {
        let address = format!("unix:path={}", self.runtime.join("bus").display());
        command.env("DBUS_SESSION_BUS_ADDRESS", address);
        command.env("XDG_RUNTIME_DIR", &self.runtime);
    }

    /// Locks the keyring, as a screen saver may.
    pub(crate) fn lock(&self) {
        let keyring = format!("array:objpath:{SERVICE_PATH}/collection/login");
        self.call(
            "org.freedesktop.Secret.Service.Lock",
            SERVICE_PATH,
            &[&keyring],
        );
    }

    /// Locks nothing, and opens the keyring again: a new login.
    pub(crate) fn log_in_again(&mut self) {
        self.stop();
        self.start(&["--unlock"]);
    }

    /// Deletes the secrets of mfaexec, as a program for keyrings does.
    pub(crate) fn delete_secrets(&self) {
        let attributes = "dict:string:string:application,mfaexec";
        let method = "org.freedesktop.Secret.Service.SearchItems";
        let found = self.call(method, SERVICE_PATH, &[attributes]);
        let items = found
            .split('"')
            .filter(|part| part.starts_with(SERVICE_PATH));
        let items: Vec<&str> = items.collect();
        assert!(!items.is_empty(), "{found}");
        for item in items {
            self.call("org.freedesktop.Secret.Item.Delete", item, &[]);
        }
    }

    fn call(&self, method: &str, path: &str, arguments: &[&str]) -> String {
        let mut call = self.program("dbus-send");
        call.args(["--session", "--print-reply", SERVICE, path, method]);
        finish(call.args(arguments)).succeeds()
    }

    /// Lets the keyring ask on this display.
    pub(crate) fn shows_questions(&mut self, display: &Display) {
        let mut prompter = self.program(PROMPTER);
        prompter
            .env("DISPLAY", &display.name)
            .env("GTK_A11Y", "none")
            .env("NO_AT_BRIDGE", "1");
        let prompter = prompter.stdout(Stdio::null()).stderr(Stdio::null());
        self.prompter = Some(prompter.spawn().unwrap());
        eventually("the prompter is on the bus", || {
            let mut ask = self.program("dbus-send");
            ask.args([
                "--session",
                "--print-reply",
                "--dest=org.freedesktop.DBus",
                "/",
            ]);
            let name = "string:org.gnome.keyring.SystemPrompter";
            ask.args(["org.freedesktop.DBus.NameHasOwner", name]);
            finish(&mut ask).stdout.contains("true")
        });
    }

    /// The files of the keyring, all in one.
    pub(crate) fn keyring_files(&self) -> Vec<u8> {
        let files = fs::read_dir(self.world.home().join(".local/share/keyrings")).unwrap();
        files
            .flat_map(|file| fs::read(file.unwrap().path()).unwrap())
            .collect()
    }
}

impl Drop for Desktop<'_> {
    fn drop(&mut self) {
        end(&mut self.prompter);
        end(&mut self.keyring);
        let _gone = self.bus.kill();
        let _gone = self.bus.wait();
    }
}

fn end(child: &mut Option<Child>) {
    if let Some(mut child) = child.take() {
        let _gone = child.kill();
        let _gone = child.wait();
    }
}
