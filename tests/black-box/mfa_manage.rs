//! `mfaexec mfa list`, `resync` and `remove`, for a user with the self-service policy.

use serde_json::{Value, json};

use crate::harness::{World, has};
use crate::mfa::{CONFIG, DEVICE, FIRST, PHONE, config_with, give_codes, world};

/// A user who has signed in.
fn signed_in(world: &World) {
    world.enroll(&[], DEVICE);
    let code = world.next_code(DEVICE);
    world
        .run(&["login", "-p", "nodevice", "-c", &code])
        .succeeds();
    world.aws.clear_journal();
}

#[test]
fn the_list_shows_each_device_and_who_names_it() {
    let world = world();
    let said = world.run(&["mfa", "list", "-p", "nodevice"]);
    has(&said.stderr, &["mfaexec mfa enroll -p nodevice"]);
    assert_eq!(said.succeeds(), "the user nodevice has no MFA device\n");
    world.enroll(&[], DEVICE);
    world.aws.edit(|account| {
        let passkey = "arn:aws:iam::123456789012:u2f/user/nodevice/key".to_owned();
        for serial in [passkey, "GAHT12345678".to_owned()] {
            let device = local_aws::Device {
                serial,
                ..Default::default()
            };
            account.user_mut("nodevice").devices.push(device);
        }
        for serial in [PHONE, "arn:aws:iam::123456789012:mfa/nodevice-other"] {
            let serial = serial.to_owned();
            account.unassigned.push(local_aws::Device {
                serial,
                ..Default::default()
            });
        }
    });
    let role = format!("[profile role]\nsource_profile = nodevice\nmfa_serial = {DEVICE}\n");
    world.write_config(&(config_with(DEVICE) + &role));
    let said = world.run(&["mfa", "list", "-p", "nodevice"]);
    has(
        &said.stderr,
        &["left over", "mfaexec mfa remove -p nodevice --device NAME"],
    );
    let table = said.succeeds();
    let rows: Vec<Vec<&str>> = table
        .lines()
        .map(|line| {
            line.split("  ")
                .map(str::trim)
                .filter(|cell| !cell.is_empty())
                .collect()
        })
        .collect();
    assert_eq!(
        rows,
        [
            ["DEVICE", "KIND", "STATE", "PROFILES"],
            [DEVICE, "virtual", "gives codes", "nodevice, role"],
            [
                "arn:aws:iam::123456789012:u2f/user/nodevice/key",
                "passkey or security key",
                "for the browser",
                "-"
            ],
            ["GAHT12345678", "hardware", "gives codes", "-"],
            [PHONE, "virtual", "left over", "-"],
        ]
    );
    let json = world.run(&["mfa", "list", "-p", "nodevice", "--json"]);
    assert_eq!(json.stderr, "");
    let json: Value = serde_json::from_str(&json.succeeds()).unwrap();
    assert_eq!(json["user"], "nodevice");
    assert_eq!(json["leftovers_known"], true);
    let first = &json["devices"][0];
    assert_eq!(first["serial"], DEVICE);
    assert_eq!(first["kind"], "virtual");
    assert_eq!(first["gives_codes"], true);
    assert_eq!(first["assigned"], true);
    assert_eq!(first["profiles"], json!(["nodevice", "role"]));
    assert!(first["enabled_at"].as_str().unwrap().ends_with('Z'));
    let last = &json["devices"][3];
    assert_eq!(last["assigned"], false);
    assert_eq!(last["enabled_at"], Value::Null);
    assert_eq!(last["gives_codes"], false);
}

#[test]
fn a_device_whose_clock_is_off_is_put_in_step() {
    let world = world();
    world.enroll(&[], DEVICE);
    world.aws.move_clock(600);
    // The phone is ten minutes behind.
    let [code, _] = world.two_codes(DEVICE, -20);
    world
        .run(&["login", "-p", "nodevice", "-c", &code])
        .fails(1);
    let said = world.run(&["mfa", "resync", "-p", "nodevice", "--dry-run"]);
    has(&said.succeeds(), &["ask for two codes", DEVICE]);
    // It shows no picture, so that any terminal will do.
    let mut command = world.mfa(&["resync"]);
    command.env("TERM", "dumb");
    let mut terminal = crate::harness::terminal(command);
    terminal.exp_string("[y/N] ").unwrap();
    terminal.send_line("y").unwrap();
    give_codes(&world, &mut terminal, DEVICE, -18);
    has(
        &terminal.exp_eof().unwrap(),
        &[DEVICE, "is in step with AWS"],
    );
    world.aws.move_clock(60);
    let [code, _] = world.two_codes(DEVICE, -17);
    world
        .run(&["login", "-p", "nodevice", "-c", &code])
        .succeeds();
}

#[test]
fn resync_asks_again_and_names_what_cannot_be_put_in_step() {
    let world = world();
    world.enroll(&[], DEVICE);
    let mut terminal = world.mfa_at_terminal(&["resync", "--yes", "--device", "nodevice"]);
    terminal.exp_string(FIRST).unwrap();
    terminal.send_line("000000").unwrap();
    terminal.exp_string("The code after it: ").unwrap();
    terminal.send_line("000001").unwrap();
    terminal
        .exp_string("IAM did not accept these codes")
        .unwrap();
    terminal.exp_string(FIRST).unwrap();
    terminal.send_control('d').unwrap();
    has(&terminal.exp_eof().unwrap(), &["no codes were given"]);
    let error = world.run(&[
        "mfa",
        "resync",
        "-p",
        "nodevice",
        "--dry-run",
        "--device",
        "x",
    ]);
    has(&error.fails(1), &["has no MFA device x", DEVICE]);
    let error = world.run(&["mfa", "resync", "-p", "twodevices", "--dry-run"]);
    has(
        &error.fails(1),
        &["which MFA device", "old-phone", "--device NAME"],
    );
}

#[test]
fn a_removed_device_is_gone_from_aws_and_from_every_profile() {
    let world = world();
    signed_in(&world);
    let role = format!("[profile role]\nsource_profile = nodevice\nmfa_serial = {DEVICE}\n");
    world.write_config(&(config_with(DEVICE) + &role));
    let said = world.run(&["mfa", "remove", "-p", "nodevice", "--dry-run"]);
    has(&said.stderr, &["nothing was done"]);
    let said = said.succeeds();
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines.len(), 5, "{said}");
    has(
        lines[0],
        &[
            "warning: it is the only device",
            "mfaexec mfa enroll -p nodevice",
        ],
    );
    has(lines[1], &["take the MFA device", DEVICE]);
    has(lines[2], &["delete the virtual MFA device", DEVICE]);
    has(lines[3], &["take mfa_serial out of the profile nodevice"]);
    has(lines[4], &["take mfa_serial out of the profile role"]);
    assert!(world.changes().is_empty());
    // The session is cached: no code is asked for.
    let said = world.run(&["mfa", "remove", "-p", "nodevice", "--yes"]);
    has(&said.stderr, &["warning: it is the only device"]);
    has(&said.succeeds(), &["is removed"]);
    assert!(world.devices("nodevice").is_empty() && world.unassigned().is_empty());
    assert_eq!(
        world.config(),
        CONFIG.to_owned() + "[profile role]\nsource_profile = nodevice\n"
    );
}

#[test]
fn a_user_without_a_device_has_none_to_look_after() {
    let world = world();
    let error = world.run(&["mfa", "resync", "-p", "nodevice", "--dry-run"]);
    has(
        &error.fails(1),
        &["add one: mfaexec mfa enroll -p nodevice"],
    );
    let error = world.run(&["mfa", "remove", "-p", "nodevice", "--yes"]);
    has(
        &error.fails(1),
        &[
            "the user nodevice has no MFA device",
            "mfaexec mfa list -p nodevice",
        ],
    );
}

#[test]
fn without_a_terminal_and_without_yes_nothing_is_removed() {
    let world = world();
    signed_in(&world);
    let error = world.run(&["mfa", "remove", "-p", "nodevice"]).fails(1);
    has(&error, &["nothing was changed", "--yes"]);
    assert!(world.changes().is_empty());
}

#[test]
fn the_device_that_is_left_takes_the_place_in_the_profile() {
    let world = world();
    signed_in(&world);
    world.aws.move_clock(300);
    world.enroll(&["--device", "phone"], PHONE);
    let said = world.run(&["mfa", "remove", "-p", "nodevice", "--yes"]);
    has(
        &said.stderr,
        &[&format!(
            "write mfa_serial = {PHONE} into the profile nodevice"
        )],
    );
    said.succeeds();
    assert_eq!(world.devices("nodevice"), [PHONE]);
    assert_eq!(world.config(), config_with(PHONE));
}

/// What an interrupted enrolment has left, and no one needs.
#[test]
fn a_leftover_is_deleted_by_its_name() {
    let world = world();
    signed_in(&world);
    world.aws.edit(|account| {
        let serial = PHONE.to_owned();
        account.unassigned.push(local_aws::Device {
            serial,
            ..Default::default()
        });
    });
    let said = world.run(&[
        "mfa", "remove", "-p", "nodevice", "--device", "phone", "--yes",
    ]);
    said.succeeds();
    assert!(world.unassigned().is_empty());
    assert_eq!(world.changes(), ["DeleteVirtualMFADevice"]);
    assert_eq!(world.devices("nodevice"), [DEVICE]);
    assert_eq!(world.config(), config_with(DEVICE));
    let error = world.run(&[
        "mfa", "remove", "-p", "nodevice", "--device", "phone", "--yes",
    ]);
    has(
        &error.fails(1),
        &["has no MFA device phone", "mfaexec mfa list -p nodevice"],
    );
}

#[test]
fn options_of_another_action_are_refused() {
    let world = world();
    for (line, words) in [
        (&["mfa"][..], "enroll, list, resync and remove"),
        (
            &["mfa", "list", "--yes"],
            "the option is for mfa enroll, resync, remove",
        ),
        (&["mfa", "enroll", "--json"], "the option is for mfa list"),
        (
            &["mfa", "remove", "--show-seed"],
            "the option is for mfa enroll",
        ),
        (&["mfa", "enrol"], "enroll"),
    ] {
        has(&world.run(line).fails(2), &[words]);
    }
    assert!(world.aws.journal().is_empty());
}
