//! `mfaexec mfa enroll`: from nothing to a profile that names its device, as a person sees it.

use std::fs;
use std::process::Command;

use crate::harness::{World, finish, has};
use crate::mfa::{CONFIG, DEVICE, FIRST, PHONE, SECOND, config_with, give_codes, world};
use crate::qr_picture::{DARK, LIGHT, decoded, picture};
use crate::screen::Screen;
use crate::skipping::needs;

fn link(world: &World) -> String {
    let seed = world.device(DEVICE).seed.unwrap();
    format!("otpauth://totp/AWS:nodevice@123456789012?secret={seed}&issuer=AWS")
}

fn enrolling(world: &World) -> Command {
    world.mfa(&["enroll", "--yes"])
}

#[test]
fn a_user_who_has_nothing_gets_a_device_and_a_session() {
    needs!("tmux", "zbarimg");
    let world = world();
    let screen = Screen::of_size(&world, &enrolling(&world), (80, 24));
    screen.shows(FIRST.trim());
    let seen = screen.coloured();
    for theme in [DARK, LIGHT] {
        assert_eq!(
            decoded(&world, &picture(&seen, theme)),
            link(&world),
            "{theme:?}"
        );
    }
    let seed = world.device(DEVICE).seed.unwrap();
    assert!(!screen.text().contains(&seed[..4]), "only on request");
    // What is on the screen is the picture alone: what was said before is not gone.
    screen.line("s");
    screen.shows(&format!("{} {}", &seed[..4], &seed[4..8]));
    assert_eq!(
        decoded(&world, &picture(&screen.coloured(), DARK)),
        link(&world)
    );
    screen.line("s");
    screen.shows("Type s");
    let codes = world.two_codes(DEVICE, 0);
    screen.line("12345");
    screen.shows("That is not a code: a code has");
    screen.line(&codes[0]);
    screen.shows(SECOND.trim());
    screen.line(&codes[0]);
    screen.shows("That is the first code once more.");
    assert_eq!(
        decoded(&world, &picture(&screen.coloured(), LIGHT)),
        link(&world)
    );
    screen.line(&codes[1]);
    crate::harness::eventually("the profile names it", || {
        world.config() == config_with(DEVICE)
    });
    assert_eq!(world.devices("nodevice"), [DEVICE]);
    assert!(world.unassigned().is_empty());
    assert_eq!(
        world.changes(),
        ["CreateVirtualMFADevice", "EnableMFADevice"]
    );
    // No one else can read the file, as before, and what it was is beside it.
    let backup = fs::read_to_string(world.home().join(".aws/config.mfaexec-backup"));
    assert_eq!(backup.unwrap(), CONFIG);
    // The codes were used: the next sign-in does not send them in vain.
    for code in &codes {
        let error = world.run(&["login", "-p", "nodevice", "-c", code]).fails(1);
        has(&error, &["this code was used already"]);
    }
    let next = world.next_code(DEVICE);
    let said = world.run(&["login", "-p", "nodevice", "-c", &next]);
    has(&said.succeeds(), &["nodevice: signed in until"]);
}

#[test]
fn nothing_of_the_seed_is_left_on_the_terminal_or_in_a_log() {
    needs!("tmux");
    let world = world();
    let log = world.home().join("log");
    let mut shell = world.program("/bin/sh");
    let line = format!(
        "echo before; mfaexec mfa enroll -p nodevice --yes --show-seed -vv 2>{}; echo after $?; exec sleep 60",
        log.display()
    );
    shell.args(["-c", &line]);
    let screen = Screen::of_size(&world, &shell, (80, 24));
    screen.shows(FIRST.trim());
    let seed = world.device(DEVICE).seed.unwrap();
    screen.shows(&seed[..4]);
    let codes = world.two_codes(DEVICE, 0);
    screen.line(&codes[0]);
    screen.shows(SECOND.trim());
    screen.line(&codes[1]);
    screen.shows("after 0");
    let all = screen.with_history();
    has(&all, &["before", "is enabled", "after 0"]);
    let log = fs::read_to_string(log).unwrap();
    for text in [&all, &log] {
        for secret in [&seed[..4], &seed[40..44], "▀", &*codes[0], &*codes[1]] {
            assert!(!text.contains(secret), "{secret}:\n{text}");
        }
    }
}

#[test]
fn a_terminal_that_is_too_small_shows_letters() {
    needs!("tmux");
    let world = world();
    let screen = Screen::of_size(&world, &enrolling(&world), (60, 16));
    screen.shows("The terminal is too small for the QR code: it has 60 columns\nand 16 lines, and");
    screen.line("s");
    let seed = world.device(DEVICE).seed.unwrap();
    screen.shows(&format!("{} {}", &seed[..4], &seed[4..8]));
    screen.shows(&seed[60..]);
}

#[test]
fn a_dry_run_says_what_would_be_done_and_does_nothing() {
    let world = world();
    let said = world.mfa(&["enroll", "--dry-run"]).output().unwrap();
    let text = String::from_utf8(said.stdout).unwrap();
    let file = world.home().join(".aws/config");
    let expected = format!(
        "create the virtual MFA device {DEVICE}\n\
         show its QR code, and ask for two codes that follow one another\n\
         enable the device for the user nodevice\n\
         write mfa_serial = {DEVICE} into the profile nodevice ({})\n",
        file.display()
    );
    assert_eq!(text, expected);
    assert!(world.changes().is_empty() && world.unassigned().is_empty());
    assert_eq!(world.config(), CONFIG);
}

#[test]
fn a_person_is_asked_before_anything_is_done() {
    let world = world();
    let mut terminal = world.mfa_at_terminal(&["enroll"]);
    terminal
        .exp_string("Enroll an MFA device for nodevice? [y/N] ")
        .unwrap();
    assert!(world.changes().is_empty());
    terminal.send_line("n").unwrap();
    has(&terminal.exp_eof().unwrap(), &["nothing was changed"]);
    assert!(world.changes().is_empty());
    let mut terminal = world.mfa_at_terminal(&["enroll"]);
    terminal.exp_string("[y/N] ").unwrap();
    terminal.send_line("y").unwrap();
    give_codes(&world, &mut terminal, DEVICE, 0);
    has(&terminal.exp_eof().unwrap(), &["is enabled"]);
    assert_eq!(world.config(), config_with(DEVICE));
}

/// Without a terminal there is no one who could scan the code. It says so before it asks AWS anything.
#[test]
fn without_a_terminal_nothing_is_begun() {
    needs!("setsid");
    let world = world();
    let mut command = world.program("setsid");
    command.args([
        "--wait", "mfaexec", "mfa", "enroll", "-p", "nodevice", "--yes",
    ]);
    let error = finish(&mut command).fails(1);
    has(
        &error,
        &[
            "mfa enroll needs a terminal",
            "no terminal",
            "mfaexec mfa enroll -p nodevice",
        ],
    );
    assert!(world.aws.journal().is_empty());
    let mut command = world.mfa(&["enroll", "--yes"]);
    command.env("TERM", "dumb");
    let seen = crate::harness::terminal(command).exp_eof().unwrap();
    has(&seen, &["TERM is dumb"]);
    assert!(world.aws.journal().is_empty());
}

#[test]
fn wrong_codes_are_asked_for_again() {
    let world = world();
    let mut terminal = world.mfa_at_terminal(&["enroll", "--yes"]);
    terminal.exp_string(FIRST).unwrap();
    let [one, _] = world.two_codes(DEVICE, -5);
    let [other, _] = world.two_codes(DEVICE, -9);
    terminal.send_line(&one).unwrap();
    terminal.exp_string(SECOND).unwrap();
    terminal.send_line(&other).unwrap();
    terminal
        .exp_string("IAM did not accept these codes")
        .unwrap();
    give_codes(&world, &mut terminal, DEVICE, 0);
    has(&terminal.exp_eof().unwrap(), &["is enabled"]);
    assert_eq!(world.config(), config_with(DEVICE));
}

#[test]
fn another_device_is_named_below_the_user_and_the_profile_keeps_its_own() {
    let world = world();
    world.enroll(&[], DEVICE);
    let said = world.run(&[
        "mfa",
        "enroll",
        "-p",
        "nodevice",
        "--device",
        "phone",
        "--dry-run",
    ]);
    has(
        &said.succeeds(),
        &[
            &format!("create the virtual MFA device {PHONE}\n"),
            &format!("leave the profile nodevice as it is: it names {DEVICE}"),
        ],
    );
    world.aws.move_clock(120);
    world.enroll(&["--device", "phone"], PHONE);
    assert_eq!(world.devices("nodevice"), [DEVICE, PHONE]);
    assert_eq!(world.config(), config_with(DEVICE));
}

/// The policy for users who have a device wants a code for another one.
#[test]
fn another_device_takes_an_mfa_session_where_the_policy_wants_one() {
    let world = world();
    world.enroll(&[], DEVICE);
    let policy = world
        .run(&["policy", "self-service", "--enrolled"])
        .succeeds();
    world.aws.edit(|account| {
        account
            .put_user_policy("nodevice", "self-service", &policy)
            .unwrap();
    });
    world.aws.move_clock(120);
    let mut terminal = world.mfa_at_terminal(&["enroll", "--yes", "--device", "phone"]);
    terminal.exp_string("MFA code: ").unwrap();
    let code = world.next_code(DEVICE);
    terminal.send_line(&code).unwrap();
    give_codes(&world, &mut terminal, PHONE, 0);
    has(&terminal.exp_eof().unwrap(), &["is enabled"]);
    assert_eq!(world.devices("nodevice"), [DEVICE, PHONE]);
}

#[test]
fn a_device_that_is_there_is_not_made_twice() {
    let world = world();
    world.enroll(&[], DEVICE);
    world.aws.clear_journal();
    let mut terminal = world.mfa_at_terminal(&["enroll", "--yes"]);
    let seen = terminal.exp_eof().unwrap();
    has(
        &seen,
        &[
            DEVICE,
            "already",
            "mfaexec mfa enroll -p nodevice --device NAME",
        ],
    );
    assert!(world.changes().is_empty());
}

#[test]
fn a_stale_device_in_the_profile_is_replaced_and_named_before() {
    let world = world();
    world.write_config(&config_with("arn:aws:iam::123456789012:mfa/gone"));
    let said = world.mfa(&["enroll", "--dry-run"]);
    let mut said = said;
    has(
        &finish(&mut said).succeeds(),
        &[
            "instead of arn:aws:iam::123456789012:mfa/gone (",
            ".aws/config, line 3)",
        ],
    );
    world.enroll(&[], DEVICE);
    assert_eq!(world.config(), config_with(DEVICE));
}

/// A profile whose only device is a passkey cannot sign in; it can get an app beside it.
#[test]
fn a_user_with_a_passkey_gets_an_app_beside_it() {
    let world = World::new();
    let policy = world.run(&["policy", "self-service"]).succeeds();
    world.aws.edit(|account| {
        account
            .put_user_policy("fidouser", "self-service", &policy)
            .unwrap();
    });
    let passkey = "arn:aws:iam::123456789012:u2f/user/fidouser/passkey-EXAMPLE";
    world.write_config(&format!("[profile fidouser]\nmfa_serial = {passkey}\n"));
    let error = world.run(&["-p", "fidouser", "--", "true"]).fails(125);
    has(&error, &["mfaexec mfa enroll -p fidouser"]);
    let serial = "arn:aws:iam::123456789012:mfa/fidouser";
    let mut terminal = world.at_terminal(&["mfa", "enroll", "-p", "fidouser", "--yes"]);
    give_codes(&world, &mut terminal, serial, 0);
    has(&terminal.exp_eof().unwrap(), &["is enabled"]);
    assert_eq!(
        world.config(),
        format!("[profile fidouser]\nmfa_serial = {serial}\n")
    );
}

/// The settings of the credentials file win, so a device is changed where it counts.
#[test]
fn a_device_in_the_credentials_file_is_changed_there() {
    let world = world();
    let path = world.home().join(".aws/credentials");
    let before = fs::read_to_string(&path).unwrap();
    let stale = "[nodevice]\nmfa_serial=arn:aws:iam::123456789012:mfa/gone ; old\n";
    world.write_credentials(&before.replace("[nodevice]\n", stale));
    world.enroll(&[], DEVICE);
    let after = before.replace("[nodevice]\n", &stale.replace("mfa/gone", "mfa/nodevice"));
    assert_eq!(fs::read_to_string(&path).unwrap(), after);
    assert_eq!(world.config(), CONFIG);
    world
        .run(&["mfa", "remove", "-p", "nodevice", "--dry-run"])
        .succeeds();
    let code = world.next_code(DEVICE);
    world
        .run(&["login", "-p", "nodevice", "-c", &code])
        .succeeds();
    world
        .run(&["mfa", "remove", "-p", "nodevice", "--yes", "-q"])
        .succeeds();
    assert_eq!(fs::read_to_string(&path).unwrap(), before);
}

/// What is nearer to a run than the profile with the key names another device.
#[test]
fn what_overrides_the_new_device_is_said() {
    let world = world();
    let other = "arn:aws:iam::123456789012:mfa/other";
    let role = format!("[profile role]\nsource_profile = nodevice\nmfa_serial = {other}\n");
    world.write_config(&(CONFIG.to_owned() + &role));
    let mut terminal = world.at_terminal(&["mfa", "enroll", "-p", "role", "--yes"]);
    give_codes(&world, &mut terminal, DEVICE, 0);
    let seen = terminal.exp_eof().unwrap();
    has(
        &seen,
        &[
            "the profile nodevice names it",
            &format!("another device, {other} ("),
        ],
    );
    assert_eq!(world.config(), config_with(DEVICE) + &role);
}

/// A device that is being enrolled at one terminal is not taken for a leftover at another one.
#[test]
fn one_enrolment_at_a_time() {
    let world = world();
    let mut one = world.mfa_at_terminal(&["enroll", "--yes"]);
    one.exp_string(FIRST).unwrap();
    let mut other = world.mfa_at_terminal(&["enroll", "--yes"]);
    other
        .exp_string("waiting for another change of the user's MFA devices")
        .unwrap();
    let codes = world.two_codes(DEVICE, 0);
    one.send_line(&codes[0]).unwrap();
    one.exp_string(SECOND).unwrap();
    one.send_line(&codes[1]).unwrap();
    has(&one.exp_eof().unwrap(), &["is enabled"]);
    has(&other.exp_eof().unwrap(), &["already; to add another one"]);
    assert_eq!(world.devices("nodevice"), [DEVICE]);
}
