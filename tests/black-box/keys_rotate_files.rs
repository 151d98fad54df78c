//! `mfaexec keys rotate`: what becomes of the files with the key.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

use crate::harness::{SERIAL, World, finish, has};
use crate::keys_rotate::{
    OLD, OLD_SECRET, ROTATE, allow, credentials, ids, is_tidy, key_in_file, keys, read, world,
};
use crate::trouble::names;

#[test]
fn every_profile_with_the_key_gets_the_new_one_in_both_files() {
    let world = World::new();
    allow(&world, &world.run(&["policy", "self-service"]).succeeds());
    let pair = format!("aws_access_key_id = {OLD}\naws_secret_access_key = {OLD_SECRET}\n");
    let config = format!(
        "# mine\r\n[default]\r\nregion = eu-central-1\r\n{pair}[profile deploy]\nsource_profile = testuser\n\
         role_arn = arn:aws:iam::123456789012:role/deployer\n[profile testuser]\nmfa_serial = {SERIAL}\n"
    );
    let credentials = format!(
        "[other]\naws_access_key_id=AKIAOTHER\n# {OLD}\n[testuser]\n{pair}; last\n[twin]\n{pair}"
    );
    world.write_config(&config);
    world.write_credentials(&credentials);
    let code = world.code();
    // A profile with a role: its key is that of its source.
    let said = world.run(&["keys", "rotate", "-p", "deploy", "--yes", "-c", &code]);
    has(
        &said.stderr,
        &[
            "/.aws/config (profile default)",
            "/.aws/credentials (profiles testuser, twin)",
        ],
    );
    said.succeeds();
    let (new, secret) = key_in_file(&world);
    let renewed = pair.replace(OLD, &new).replace(OLD_SECRET, &secret);
    assert_eq!(read(&world), credentials.replace(&pair, &renewed));
    let after = fs::read_to_string(world.home().join(".aws/config")).unwrap();
    assert_eq!(after, config.replace(&pair, &renewed));
    is_tidy(&world);
    // The role's session needs no code either.
    world
        .run(&["-p", "deploy", "--no-input", "--", "true"])
        .succeeds();
}

#[test]
fn a_key_in_the_config_file_alone_and_one_file_for_both() {
    let pair = format!("aws_access_key_id = {OLD}\naws_secret_access_key = {OLD_SECRET}\n");
    let config = format!("[profile testuser]\n{pair}mfa_serial = {SERIAL}\n[default]\n{pair}");
    let world = world();
    world.write_config(&config);
    fs::remove_file(credentials(&world)).unwrap();
    let path = world.home().join(".aws/config");
    world.run(&ROTATE).succeeds();
    let (new, secret, _) = keys(&world).remove(1);
    let renewed = |text: &str| text.replace(OLD, &new).replace(OLD_SECRET, &secret);
    assert_eq!(fs::read_to_string(&path).unwrap(), renewed(&config));
    assert_eq!(names(&world.home().join(".aws")), ["config"]);

    let world = self::world();
    world.write_config(&config);
    fs::remove_file(credentials(&world)).unwrap();
    let path = world.home().join(".aws/config");
    let mut both = world.mfaexec(&["keys", "rotate", "-p", "default", "--yes"]);
    both.env("AWS_SHARED_CREDENTIALS_FILE", &path);
    both.env("AWS_MFA_SERIAL", SERIAL);
    finish(&mut both).succeeds();
    let (new, secret, _) = keys(&world).remove(1);
    let renewed = |text: &str| text.replace(OLD, &new).replace(OLD_SECRET, &secret);
    assert_eq!(fs::read_to_string(&path).unwrap(), renewed(&config));
    assert_eq!(names(&world.home().join(".aws")), ["config"]);
}

#[test]
fn a_file_that_is_a_link_stays_one_and_a_mode_stays() {
    let world = world();
    let file = world.write("dotfiles/aws", read(&world));
    fs::set_permissions(&file, fs::Permissions::from_mode(0o400)).unwrap();
    fs::remove_file(credentials(&world)).unwrap();
    symlink("../dotfiles/aws", credentials(&world)).unwrap();
    world.run(&ROTATE).succeeds();
    assert!(credentials(&world).is_symlink());
    assert_eq!(fs::metadata(&file).unwrap().mode() & 0o7777, 0o400);
    is_tidy(&world);
    assert_eq!(names(&world.home().join("dotfiles")), ["aws"]);
}

#[test]
fn a_place_that_cannot_be_written_is_refused_before_a_key_is_created() {
    let world = world();
    world.give_away();
    let line = |more: &[&str]| {
        let line = [&["mfaexec"], &ROTATE[..], more].concat();
        let line: Vec<&str> = line.into_iter().collect();
        finish(&mut world.as_stranger(&line))
    };
    let directory = world.home().join(".aws");
    fs::set_permissions(&directory, fs::Permissions::from_mode(0o500)).unwrap();
    has(
        &line(&["--no-input"]).fails(1),
        &["cannot change", "Permission denied"],
    );
    fs::set_permissions(&directory, fs::Permissions::from_mode(0o700)).unwrap();
    // Someone else's file, which can be read.
    let mut chown = world.program("chown");
    assert!(
        chown
            .args(["0:0"])
            .arg(credentials(&world))
            .status()
            .unwrap()
            .success()
    );
    fs::set_permissions(credentials(&world), fs::Permissions::from_mode(0o644)).unwrap();
    has(
        &line(&["--no-input"]).fails(1),
        &["cannot change", "not permitted"],
    );
    assert_eq!(ids(&world), [(OLD.to_owned(), true)]);
    is_tidy(&world);
}
