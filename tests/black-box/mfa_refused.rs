//! `mfaexec mfa` where IAM refuses: each call that is not allowed is named with its permission, and each
//! limit with what to do.

use local_aws::{Device, Fault};

use crate::harness::{World, has};
use crate::mfa::{CONFIG, DEVICE, FIRST, PHONE, config_with, give_codes, world};

/// The user may do everything in IAM except these calls.
fn deny(world: &World, actions: &[&str]) {
    let denied: Vec<String> = actions
        .iter()
        .map(|action| format!("\"iam:{action}\""))
        .collect();
    let policy = format!(
        r#"{{"Version": "2012-10-17", "Statement": [
            {{"Effect": "Allow", "Action": "iam:*", "Resource": "*"}},
            {{"Effect": "Deny", "Action": [{}], "Resource": "*"}}]}}"#,
        denied.join(", ")
    );
    world.aws.edit(|account| {
        account
            .put_user_policy("nodevice", "self-service", &policy)
            .unwrap();
    });
}

fn enroll(world: &World) -> String {
    let mut terminal = world.mfa_at_terminal(&["enroll", "--yes"]);
    terminal.exp_eof().unwrap()
}

fn leftover(world: &World, serial: &str) {
    world.aws.edit(|account| {
        let serial = serial.to_owned();
        account.unassigned.push(Device {
            serial,
            ..Device::default()
        });
    });
}

#[test]
fn a_device_that_may_not_be_created() {
    let world = world();
    deny(&world, &["CreateVirtualMFADevice"]);
    has(
        &enroll(&world),
        &[
            "does not allow CreateVirtualMFADevice",
            "iam:CreateVirtualMFADevice",
        ],
    );
    assert_eq!(world.config(), CONFIG);
}

#[test]
fn a_device_that_may_not_be_enabled_is_taken_back() {
    let world = world();
    deny(&world, &["EnableMFADevice"]);
    let mut terminal = world.mfa_at_terminal(&["enroll", "--yes"]);
    give_codes(&world, &mut terminal, DEVICE, 0);
    has(
        &terminal.exp_eof().unwrap(),
        &["iam:EnableMFADevice", "is deleted again"],
    );
    assert!(world.unassigned().is_empty());
    // Where that may not be done either, it says what is left.
    deny(&world, &["EnableMFADevice", "DeleteVirtualMFADevice"]);
    let mut terminal = world.mfa_at_terminal(&["enroll", "--yes"]);
    give_codes(&world, &mut terminal, DEVICE, 2);
    has(
        &terminal.exp_eof().unwrap(),
        &[&format!(
            "the device {DEVICE} is left, and belongs to no user"
        )],
    );
    assert_eq!(world.unassigned(), [DEVICE]);
    // And the next run says what can be done about it.
    has(
        &enroll(&world),
        &[
            "an interrupted run has left",
            "--device phone",
            "aws iam delete-virtual-mfa-device",
        ],
    );
}

/// The two permissions that it takes, and no other.
#[test]
fn the_least_is_enough() {
    let world = world();
    let policy = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
        "Action": ["iam:CreateVirtualMFADevice", "iam:EnableMFADevice"], "Resource": "*"}]}"#;
    world.aws.edit(|account| {
        account
            .put_user_policy("nodevice", "self-service", policy)
            .unwrap();
    });
    world.enroll(&[], DEVICE);
    assert_eq!(world.config(), config_with(DEVICE));
    let error = world.run(&["mfa", "list", "-p", "nodevice"]).fails(1);
    has(&error, &["iam:ListMFADevices"]);
    // The profile names a device, and no one can say whether the user has it.
    has(
        &enroll(&world),
        &["may have an MFA device already", "--device phone"],
    );
    deny(&world, &["ListVirtualMFADevices"]);
    let said = world.run(&["mfa", "list", "-p", "nodevice"]);
    has(&said.stderr, &["iam:ListVirtualMFADevices"]);
    has(&said.succeeds(), &[DEVICE]);
}

#[test]
fn a_name_that_is_taken() {
    let world = world();
    world.aws.edit(|account| {
        let serial = DEVICE.to_owned();
        let taken = Device {
            serial,
            ..Device::default()
        };
        account.user_mut("otheruser").devices.push(taken);
    });
    has(
        &enroll(&world),
        &["there is an MFA device", "already exists", "--device phone"],
    );
    // A device that someone uses is not touched.
    assert_eq!(world.changes(), ["CreateVirtualMFADevice"]);
    assert!(
        world
            .devices("otheruser")
            .iter()
            .any(|device| device == DEVICE)
    );
    for name in ["a b", "otheruser/phone", "é"] {
        let error = world.run(&[
            "mfa",
            "enroll",
            "-p",
            "nodevice",
            "--dry-run",
            "--device",
            name,
        ]);
        has(&error.fails(2), &["cannot be the name of an MFA device"]);
    }
}

#[test]
fn eight_devices_are_the_most() {
    let world = world();
    world.aws.edit(|account| {
        for number in 0..8 {
            let serial = format!("arn:aws:iam::123456789012:u2f/user/nodevice/key-{number}");
            let key = Device {
                serial,
                ..Device::default()
            };
            account.user_mut("nodevice").devices.push(key);
        }
    });
    has(
        &enroll(&world),
        &[
            "cannot have another MFA device",
            "8 of whatever kind",
            "mfaexec mfa remove -p nodevice",
        ],
    );
    deny(&world, &["ListMFADevices"]);
    let mut terminal = world.mfa_at_terminal(&["enroll", "--yes"]);
    give_codes(&world, &mut terminal, DEVICE, 0);
    has(
        &terminal.exp_eof().unwrap(),
        &[
            "as many MFA devices as IAM allows",
            "Cannot exceed quota",
            "is deleted again",
        ],
    );
}

#[test]
fn what_remove_and_resync_may_not_do() {
    let world = world();
    world.enroll(&[], DEVICE);
    let code = world.next_code(DEVICE);
    world
        .run(&["login", "-p", "nodevice", "-c", &code])
        .succeeds();
    let remove = ["mfa", "remove", "-p", "nodevice", "--yes"];
    deny(&world, &["DeactivateMFADevice"]);
    let error = world.run(&remove).fails(1);
    has(
        &error,
        &[
            "does not allow DeactivateMFADevice with the session",
            "iam:DeactivateMFADevice",
        ],
    );
    assert_eq!(world.config(), config_with(DEVICE));
    deny(&world, &["ResyncMFADevice"]);
    let mut terminal = world.mfa_at_terminal(&["resync", "--yes"]);
    give_codes(&world, &mut terminal, DEVICE, 4);
    has(&terminal.exp_eof().unwrap(), &["iam:ResyncMFADevice"]);
    deny(&world, &["DeleteVirtualMFADevice"]);
    let error = world.run(&remove).fails(1);
    has(&error, &["iam:DeleteVirtualMFADevice"]);
    // The next run goes on from there.
    deny(&world, &["CreateUser"]);
    world.run(&remove).succeeds();
    assert!(world.unassigned().is_empty());
    assert_eq!(world.config(), CONFIG);
}

#[test]
fn whose_key_it_is() {
    let world = world();
    let error = world
        .run(&["mfa", "enroll", "-p", "root", "--dry-run"])
        .fails(1);
    has(
        &error,
        &["does not belong to an IAM user", ":root", "in the console"],
    );
    let error = world.run(&["mfa", "list", "-p", "leaver"]).fails(1);
    has(&error, &["AWS does not know the access key"]);
    world.write_config("[profile temporary]\ncredential_process = echo\n");
    let error = world.run(&["mfa", "list", "-p", "temporary"]).fails(1);
    has(&error, &["temporary"]);
    let error = world.run(&["mfa", "list", "-p", "nobody-here"]).fails(1);
    has(&error, &["there is no profile nobody-here"]);
}

/// A file that cannot be written is found before anything is created.
#[test]
fn a_file_that_cannot_be_changed() {
    let world = world();
    std::fs::remove_file(world.home().join(".aws/config")).unwrap();
    std::os::unix::fs::symlink("/nonexistent", world.home().join(".aws/config")).unwrap();
    has(
        &enroll(&world),
        &["cannot change", "it is a link to a file that is not there"],
    );
    assert!(world.changes().is_empty());
}

/// A key of the environment has no profile to write to.
#[test]
fn a_key_of_the_environment() {
    let world = world();
    let account = world.aws.account();
    let user = account.user("nodevice");
    let mut command = world.mfaexec(&["mfa", "enroll", "--yes"]);
    command
        .env("AWS_ACCESS_KEY_ID", user.access_key_id())
        .env("AWS_SECRET_ACCESS_KEY", user.secret_access_key());
    let mut terminal = crate::harness::terminal(command);
    give_codes(&world, &mut terminal, DEVICE, 0);
    has(&terminal.exp_eof().unwrap(), &["is enabled"]);
    assert_eq!(world.config(), CONFIG);
}

#[test]
fn aws_is_asked_too_often() {
    let world = world();
    world.aws.fault_on("EnableMFADevice", Fault::Throttling, 1);
    let mut terminal = world.mfa_at_terminal(&["enroll", "--yes"]);
    give_codes(&world, &mut terminal, DEVICE, 0);
    has(
        &terminal.exp_eof().unwrap(),
        &["asked too often", "is deleted again"],
    );
}

#[test]
fn only_the_own_leftovers_are_looked_at() {
    let world = world();
    leftover(&world, PHONE);
    leftover(&world, "arn:aws:iam::123456789012:mfa/nodevice-other");
    let mut terminal = world.mfa_at_terminal(&["enroll", "--yes"]);
    terminal.exp_string(FIRST).unwrap();
    assert_eq!(world.unassigned().len(), 3);
    terminal.send_control('d').unwrap();
    terminal.exp_eof().unwrap();
    assert_eq!(world.unassigned().len(), 2);
}
