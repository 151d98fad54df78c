//! `mfaexec setup credential-process`: which lines it makes, and what becomes of the file. Whether the
//! lines work is in `setup_clients`.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::PathBuf;

use crate::harness::{MFAEXEC, World, finish, has, kill};
use crate::trouble::names;

const SETUP: [&str; 4] = ["setup", "credential-process", "-p", "testuser"];
const WRITE: [&str; 5] = ["setup", "credential-process", "-p", "testuser", "--write"];

fn config(world: &World) -> PathBuf {
    world.home().join(".aws/config")
}

fn read(world: &World) -> String {
    fs::read_to_string(config(world)).unwrap()
}

fn lines(name: &str, of: &str, more: &str) -> String {
    format!("[profile {name}]\n{more}credential_process = {MFAEXEC} credential-process -p {of}\n")
}

#[test]
fn the_lines_are_printed_and_nothing_is_written() {
    let world = World::new();
    let before = read(&world);
    let said = world.run(&SETUP);
    let wanted = lines("testuser-mfa", "testuser", "region = eu-central-1\n");
    assert_eq!(said.stdout, wanted);
    let write = "mfaexec setup credential-process -p testuser --as testuser-mfa --write";
    has(&said.stderr, &["add these lines to", write]);
    assert_eq!(read(&world), before);
    // What is printed can be appended as it is.
    let quiet = world.run(&[&SETUP[..], &["-q"]].concat());
    assert_eq!((&*quiet.stdout, &*quiet.stderr), (&*wanted, ""));
    world.run(&["setup", "-p", "testuser"]).fails(2);
    world
        .run(&["setup", "credential-process", "-p", "nosuch"])
        .fails(1);
}

#[test]
fn what_a_profile_says_of_regions_and_output_is_said_again_and_nothing_of_its_keys() {
    let world = World::new();
    world.write_config(
        "[profile testuser]\n# a comment\nregion = eu-central-1 ; mine\nOUTPUT = text\ncli_pager =\n\
         mfa_serial = arn:aws:iam::123456789012:mfa/testuser\nmfaexec_duration = 8h\ns3 =\n  \
         addressing_style = path\n  max_concurrent_requests = 5\nendpoint_url = http://127.0.0.1:1\n\
         services = mine\nunknown_to_all = 1\n[services mine]\nec2 =\n  endpoint_url = \
         http://127.0.0.1:2\n\
         [profile deploy]\nrole_arn = arn:aws:iam::123456789012:role/deployer\n\
         source_profile = testuser\noutput = json\nduration_seconds = 900\n",
    );
    let printed = world.run(&SETUP).succeeds();
    let more = "region = eu-central-1\nOUTPUT = text\ncli_pager =\ns3 =\n    addressing_style = path\n    \
                max_concurrent_requests = 5\nendpoint_url = http://127.0.0.1:1\nservices = mine\n";
    assert_eq!(printed, lines("testuser-mfa", "testuser", more));
    let of_role = world
        .run(&["setup", "credential-process", "-p", "deploy"])
        .succeeds();
    let more = "output = json\nregion = eu-central-1\n";
    assert_eq!(of_role, lines("deploy-mfa", "deploy", more));
}

#[test]
fn a_name_is_quoted_for_a_shell_and_for_python() {
    let world = World::new();
    world.write_config("[profile \"my  own; #1 $x\"]\nsource_profile = testuser\n");
    let args = ["setup", "credential-process", "-p", "my  own; #1 $x"];
    let printed = world.run(&args).succeeds();
    // No blank comes right before # or ;, where SDKs end a value.
    let name = r"my\ \ own\;\ \#1\ \$x";
    assert_eq!(printed, lines("my--own---1--x-mfa", name, ""));
    let named = world.run(&[&args[..], &["--as", "a b"]].concat()).fails(1);
    has(&named, &["not every SDK reads a name with ' ' in it"]);
}

#[test]
fn written_once_with_a_backup_and_every_other_byte_as_it_was() {
    let world = World::new();
    for (before, between) in [
        (
            "# mine\n\n[default]\nregion=a\n\n[profile testuser]\n  # c\nregion = b ; d\n",
            "\n",
        ),
        ("[profile testuser]\nregion = b\n# last", "\n\n"),
        ("\u{feff}[profile testuser]\r\nregion = b\r\n", "\r\n"),
    ] {
        world.write_config(before);
        fs::set_permissions(config(&world), fs::Permissions::from_mode(0o640)).unwrap();
        let said = world.run(&WRITE).succeeds();
        has(
            &said,
            &["testuser-mfa: added to", "AWS_PROFILE=testuser-mfa"],
        );
        let wanted = lines("testuser-mfa", "testuser", "region = b\n");
        let wanted = match before.contains('\r') {
            true => wanted.replace('\n', "\r\n"),
            false => wanted,
        };
        assert_eq!(read(&world), format!("{before}{between}{wanted}"));
        let backup = world.home().join(".aws/config.mfaexec-backup");
        assert_eq!(fs::read_to_string(&backup).unwrap(), before);
        for file in [&backup, &config(&world)] {
            assert_eq!(fs::metadata(file).unwrap().mode() & 0o7777, 0o640);
        }
        // A second run changes nothing, the backup neither.
        let inode = fs::metadata(config(&world)).unwrap().ino();
        let again = world.run(&WRITE).succeeds();
        has(&again, &["it is there already (", "/.aws/config, line "]);
        assert_eq!(fs::metadata(config(&world)).unwrap().ino(), inode);
        assert_eq!(fs::read_to_string(&backup).unwrap(), before);
        let names = names(&world.home().join(".aws"));
        assert_eq!(names, ["config", "config.mfaexec-backup", "credentials"]);
    }
}

#[test]
fn a_file_and_a_directory_that_are_not_there_are_made_for_the_user_alone() {
    let world = World::new();
    fs::remove_file(config(&world)).unwrap();
    world.run(&WRITE).succeeds();
    assert_eq!(read(&world), lines("testuser-mfa", "testuser", ""));
    assert_eq!(fs::metadata(config(&world)).unwrap().mode() & 0o777, 0o600);
    let mut command = world.mfaexec(&WRITE);
    command.env("AWS_CONFIG_FILE", "~/some/where/config");
    finish(&mut command).succeeds();
    let made = world.home().join("some/where");
    assert_eq!(fs::metadata(&made).unwrap().mode() & 0o777, 0o700);
    assert!(made.join("config").is_file());
}

#[test]
fn a_link_stays_and_its_file_is_replaced() {
    let world = World::new();
    let dotfiles = world.write("dotfiles/aws-config", read(&world));
    fs::remove_file(config(&world)).unwrap();
    symlink("../dotfiles/aws-config", config(&world)).unwrap();
    world.run(&WRITE).succeeds();
    assert!(config(&world).is_symlink());
    has(
        &fs::read_to_string(&dotfiles).unwrap(),
        &["[profile testuser-mfa]"],
    );
    assert!(
        world
            .home()
            .join("dotfiles/aws-config.mfaexec-backup")
            .is_file()
    );
    for trouble in ["dangling", "directory", "pipe"] {
        fs::remove_file(config(&world)).unwrap();
        match trouble {
            "dangling" => symlink("nowhere", config(&world)).unwrap(),
            "directory" => symlink("..", config(&world)).unwrap(),
            _ => symlink("/dev/null", config(&world)).unwrap(),
        }
        let error = world.run(&WRITE).fails(1);
        has(&error, &["config"]);
    }
}

#[test]
fn a_file_with_mistakes_is_left_alone() {
    let world = World::new();
    for text in [
        "region = a\n[profile testuser]\n",
        "[profile testuser]\nnothing\n",
    ] {
        world.write_config(text);
        world.run(&WRITE).fails(1);
        assert_eq!(read(&world), text);
    }
}

#[test]
fn a_profile_with_keys_of_its_own_is_refused_with_who_would_take_them() {
    let world = World::new();
    let refused = |name: &str, config: &str, words: &[&str]| {
        world.write_config(config);
        let error = world.run(&[&WRITE[..], &["--as", name]].concat()).fails(1);
        has(&error, words);
        has(&error, &[&format!("--as {name}-mfaexec")]);
        assert_eq!(read(&world), config);
    };
    refused(
        "testuser",
        "[profile testuser]\nregion = a\n",
        &[
            "it has aws_access_key_id (",
            "/credentials, line 2",
            "the AWS CLI",
            "not in that for Rust",
        ],
    );
    refused(
        "there",
        "[profile there]\naws_access_key_id = AKIAEXAMPLE1234567\naws_secret_access_key = a\n",
        &["/config, line 2", "JavaScript, but not in the AWS CLI"],
    );
    refused(
        "there",
        "[profile there]\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = testuser\n",
        &["it has role_arn (", "in the SDKs"],
    );
    refused(
        "there",
        "[profile there]\ncredential_process = another thing\n",
        &["has another credential_process"],
    );
}

#[test]
fn no_profile_is_made_that_would_ask_itself() {
    let world = World::new();
    let borrows = "[profile borrows]\nsource_profile = testuser\n";
    world.write_config(borrows);
    let setup = ["setup", "credential-process", "--write", "-p"];
    let error = world
        .run(&[&setup[..], &["borrows", "--as", "borrows"]].concat())
        .fails(1);
    has(
        &error,
        &["so the program would ask itself", "--as borrows-mfa"],
    );
    assert_eq!(read(&world), borrows);
    world.run(&[&setup[..], &["borrows"]].concat()).succeeds();
    let again = world.run(&[&setup[..], &["borrows-mfa"]].concat()).fails(1);
    has(
        &again,
        &[
            "gets its keys from mfaexec already",
            "AWS_PROFILE=borrows-mfa",
        ],
    );
    // Another tool has a subcommand of the same name.
    world.write_config("[profile o]\ncredential_process = granted credential-process -p o\n");
    world.run(&[&setup[..], &["o"]].concat()).succeeds();
}

#[test]
fn the_profile_of_programs_that_are_told_none_can_be_made() {
    let world = World::new();
    let args = [&WRITE[..], &["--as", "default"]].concat();
    world.run(&args).succeeds();
    has(
        &read(&world),
        &["\n[default]\nregion = eu-central-1\ncredential_process = "],
    );
    world.write_credentials(&format!(
        "{}[default]\nregion = a\n",
        fs::read_to_string(world.home().join(".aws/credentials")).unwrap()
    ));
    world.write_config("");
    world.run(&args).succeeds();
    has(&read(&world), &["[default]\ncredential_process = "]);
}

#[test]
fn a_profile_that_is_there_gets_the_line_and_keeps_the_rest() {
    let world = World::new();
    let process = format!("credential_process = {MFAEXEC} credential-process -p testuser");
    let args = [&WRITE[..], &["--as", "ide"]].concat();
    world.write_config("[profile ide]\n# for the IDE\nregion = a\n[default]\n");
    world.run(&args).succeeds();
    let wanted = format!("[profile ide]\n{process}\n# for the IDE\nregion = a\n[default]\n");
    assert_eq!(read(&world), wanted);
    // The program has moved, and a person has added an option.
    let old = "[profile ide]\ncredential_process=/old/mfaexec credential-process -p testuser --prompt \
               zenity\nregion = a\n";
    world.write_config(old);
    world.run(&args).succeeds();
    let wanted = format!("[profile ide]\n{process} --prompt zenity\nregion = a\n");
    assert_eq!(read(&world), wanted);
    has(&world.run(&args).succeeds(), &["it is there already"]);
}

#[test]
fn what_comes_before_the_profile_is_told() {
    let world = World::new();
    let credentials = fs::read_to_string(world.home().join(".aws/credentials")).unwrap();
    let default = credentials.replacen("[otheruser]", "[default]", 1);
    world.write_credentials(&default);
    let mut command = world.mfaexec(&WRITE);
    let said = finish(command.env("AWS_ACCESS_KEY_ID", "ASIAEXAMPLE"));
    has(
        &said.stderr,
        &[
            "use the key of [default] (",
            "/credentials, line 5), without MFA, in the AWS CLI and in the SDKs",
            "AWS_ACCESS_KEY_ID is set: it comes before AWS_PROFILE=testuser-mfa",
        ],
    );
    said.succeeds();
}

#[test]
fn a_file_without_room_is_as_it_was() {
    let world = World::new();
    let before = read(&world);
    let mut shell = world.program("/bin/bash");
    let line = "ulimit -f 0; mfaexec setup credential-process -p testuser --write";
    let error = finish(shell.args(["-c", line])).fails(1);
    has(&error, &["it is as it was", "without --write"]);
    assert_eq!(read(&world), before);
    assert_eq!(names(&world.home().join(".aws")), ["config", "credentials"]);
}

#[test]
fn killed_at_any_moment_the_file_is_the_old_one_or_the_new_one() {
    let world = World::new();
    let long: String = (0..2000)
        .map(|n| format!("[profile p{n}]\nregion = a\n"))
        .collect();
    let before = format!("{long}[profile testuser]\nregion = b\n");
    let wanted = lines("testuser-mfa", "testuser", "region = b\n");
    let after = format!("{before}\n{wanted}");
    let mut ends = [0, 0];
    for round in 0..150 {
        world.write_config(&before);
        let mut child = world
            .mfaexec(&WRITE)
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(std::time::Duration::from_micros(round * 150));
        kill("KILL", &child.id().to_string());
        child.wait().unwrap();
        let now = read(&world);
        assert!(now == before || now == after, "{} bytes", now.len());
        ends[usize::from(now == after)] += 1;
        let backup = world.home().join(".aws/config.mfaexec-backup");
        if let Ok(backup) = fs::read_to_string(backup) {
            assert_eq!(backup, before);
        }
    }
    assert!(ends[0] > 0, "none was killed before the end");
    // What the last one has left is in no one's way, and goes.
    world.write_config(&before);
    world.run(&WRITE).succeeds();
    assert_eq!(read(&world), after);
    let names = names(&world.home().join(".aws"));
    assert_eq!(names, ["config", "config.mfaexec-backup", "credentials"]);
}

#[test]
fn several_at_once_lose_none_of_each_other() {
    let world = World::new();
    let children: Vec<_> = (0..12)
        .map(|n| {
            let name = format!("ide{n}");
            let mut command = world.mfaexec(&[&WRITE[..], &["--as", &name]].concat());
            command.stdout(std::process::Stdio::null()).spawn().unwrap()
        })
        .collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    let written = read(&world);
    for n in 0..12 {
        has(&written, &[&format!("[profile ide{n}]\n")]);
    }
}

/// The AWS CLI reads no file that has a section twice.
#[test]
fn of_a_profile_that_is_there_the_missing_line_is_printed_alone() {
    let world = World::new();
    let config = fs::read_to_string(world.home().join(".aws/config")).unwrap();
    world.write_config(&(config + "[profile testuser-mfa]\nregion = eu-west-1\n"));
    let said = world.run(&["setup", "credential-process", "-p", "testuser"]);
    has(
        &said.stderr,
        &["add this line to the profile testuser-mfa in "],
    );
    let printed = said.succeeds();
    assert!(printed.starts_with("credential_process = "), "{printed}");
    assert_eq!(printed.lines().count(), 1, "{printed}");
}
