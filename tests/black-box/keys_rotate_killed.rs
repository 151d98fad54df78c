//! `mfaexec keys rotate`, killed before each of its effects: a key that works is in the file at every
//! moment, and the next run goes on. The effects are in the order that survives a power failure.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

use crate::harness::{SERIAL, Said, World, eventually, finish, has};
use crate::keys_rotate::{OLD, OLD_SECRET, ROTATE, is_tidy, keys, world};
use crate::skipping::needs;
use crate::trouble::said;

/// A run with `effects.c` in it.
fn run(world: &World, name: &str, value: &str, more: &[&str]) -> Said {
    let mut command = world.mfaexec(&[&ROTATE[..], &["--no-input"], more].concat());
    world.with_effects(&mut command, name, value);
    finish(&mut command)
}

/// Every pair in both files is that of an active key.
#[track_caller]
fn all_keys_work(world: &World) {
    let works: Vec<String> = keys(world)
        .into_iter()
        .filter(|(_, _, active)| *active)
        .map(|(id, secret, _)| {
            format!("aws_access_key_id = {id}\naws_secret_access_key = {secret}\n")
        })
        .collect();
    for name in ["config", "credentials"] {
        let mut rest = fs::read_to_string(world.home().join(".aws").join(name)).unwrap();
        for pair in &works {
            rest = rest.replace(pair, "");
        }
        assert!(!rest.contains("aws_"), "a key does not work:\n{rest}");
    }
}

/// Kills a run before its first effect, one more before its second, and so on; how many there were.
fn killed_before_each_effect(world: &World, prepare: impl Fn(), more: &[&str]) -> u32 {
    let (mut kills, mut unknown) = (0, 0);
    loop {
        prepare();
        let said = run(world, "KILL_AT", &(kills + 1).to_string(), more);
        all_keys_work(world);
        if said.signal.is_none() {
            said.succeeds();
            // Only a key whose secret was in the killed process alone is not known any more.
            assert!(unknown <= 3, "{unknown} of {kills}");
            return kills;
        }
        kills += 1;
        for (_, secret, _) in keys(world) {
            assert!(!said.stderr.contains(&secret), "{said:?}");
        }
        let end = ["--no-input", "--delete-after", "0"];
        let next = world.run(&[&ROTATE[..], &end].concat());
        if next.code != Some(0) {
            let words = [
                "two active keys",
                "an interrupted rotation may have created",
            ];
            has(&next.stderr, &words);
            let id = keys(world).remove(1).0;
            has(&next.stderr, &[&format!("--delete {id}")]);
            all_keys_work(world);
            let delete = ["--delete", &id];
            let again = world.run(&[&ROTATE[..], &end, &delete].concat());
            again.succeeds();
            unknown += 1;
        }
        is_tidy(world);
        assert_eq!(keys(world).len(), 1);
    }
}

/// A world in which the key is the only one in the files.
fn alone(config: &str, credentials: &str) -> World {
    let world = world();
    let pair = format!("aws_access_key_id = {OLD}\naws_secret_access_key = {OLD_SECRET}\n");
    let device = format!("[profile testuser]\nmfa_serial = {SERIAL}\n");
    world.write_config(&(device + &config.replace("PAIR\n", &pair)));
    world.write_credentials(&credentials.replace("PAIR\n", &pair));
    world
}

#[test]
fn a_rotation_may_be_killed_before_each_effect() {
    needs!("cc", "/proc");
    let world = alone("", "[testuser]\nPAIR\n");
    let kills = killed_before_each_effect(&world, || (), &[]);
    assert!(kills > 50, "{kills}");
}

#[test]
fn a_rotation_in_two_files_may_be_killed_before_each_effect() {
    needs!("cc", "/proc");
    let world = alone(
        "[default]\nPAIR\n",
        "# mine\n[testuser]\nPAIR\n[twin]\nPAIR\n",
    );
    let kills = killed_before_each_effect(&world, || (), &[]);
    assert!(kills > 60, "{kills}");
}

/// With an inactive key that has to go first, and with the old one deleted at the end.
#[test]
fn a_rotation_that_deletes_may_be_killed_before_each_effect() {
    needs!("cc", "/proc");
    let world = alone("", "[testuser]\nPAIR\n");
    let inactive = || {
        world.aws.edit(|account| {
            let mut key = account.user("testuser").keys[0].clone();
            (key.id, key.active) = ("AKIAINACTIVEEXAMPLE0".to_owned(), false);
            account.user_mut("testuser").keys.push(key);
        });
    };
    let kills = killed_before_each_effect(&world, inactive, &["--delete-after", "0"]);
    assert!(kills > 70, "{kills}");
}

#[test]
fn what_survives_a_power_failure_is_on_the_disk_before_the_next_step() {
    needs!("cc", "/proc");
    let world = world();
    let log = world.home().join("effects");
    run(&world, "EFFECTS_LOG", log.to_str().unwrap(), &[]).succeeds();
    let log = fs::read_to_string(log).unwrap();
    let about = [
        "create .credentials",
        "fsync",
        "rename credentials",
        "unlink .credentials.mfaexec-rotation",
        "AccessKey",
        "GetCallerIdentity",
    ];
    let steps: Vec<&str> = log
        .lines()
        .filter(|line| about.iter().any(|part| line.contains(part)))
        .collect();
    let record = format!(".credentials.mfaexec-rotation-{OLD}");
    let (create, unlink) = (format!("create {record}"), format!("unlink {record}"));
    let temporary = ["create .credentials.mfaexec-new", "fsync file"];
    let at = steps.iter().position(|step| *step == create).unwrap();
    assert_eq!(
        steps[at..],
        [
            &*create,
            "fsync file",
            "fsync directory",
            "send CreateAccessKey",
            "fsync file",
            "send GetCallerIdentity",
            temporary[0],
            temporary[1],
            "rename credentials",
            "fsync directory",
            "send UpdateAccessKey",
            &*unlink,
            "fsync directory",
        ],
        "{log}"
    );
}

#[test]
fn of_two_at_a_time_one_is_refused() {
    let world = world();
    // The first one waits until AWS knows its key.
    world.aws.edit(|account| account.settles_after = 4);
    let mut first = world.mfaexec(&ROTATE);
    first.stdout(Stdio::piped()).stderr(Stdio::piped());
    let first = first.spawn().unwrap();
    eventually("a second key", || keys(&world).len() == 2);
    // Until then, the file has the old one.
    let text = fs::read_to_string(world.home().join(".aws/credentials")).unwrap();
    has(&text, &[OLD]);
    let error = world.run(&ROTATE).fails(1);
    has(
        &error,
        &["another mfaexec rotates this key", "wait for it to end"],
    );
    // The rotation of another key in the same file is not in the way.
    let other = world.run(&["keys", "rotate", "-p", "otheruser", "--yes", "--no-input"]);
    assert!(!other.fails(1).contains("another mfaexec"));
    let first = said(first);
    assert_eq!(first.code, Some(0), "{first:?}");
    is_tidy(&world);
}

/// Kills a run right before it calls IAM for this.
fn killed_before(world: &World, action: &str) {
    let log = world.home().join("effects");
    let file = world.home().join(".aws/credentials");
    let (account, credentials) = (world.aws.account(), fs::read(&file).unwrap());
    run(world, "EFFECTS_LOG", log.to_str().unwrap(), &[]).succeeds();
    let log = fs::read_to_string(log).unwrap();
    let wanted = format!("send {action}");
    let at = log.lines().position(|line| line == wanted).unwrap() + 1;
    // From the beginning.
    world.aws.edit(|now| *now = account);
    fs::write(file, credentials).unwrap();
    world.sign_in(&[]);
    let killed = run(world, "KILL_AT", &at.to_string(), &[]);
    assert_eq!(killed.signal, Some(9), "{killed:?}");
}

#[test]
fn a_new_key_that_is_dead_by_now_does_not_kill_the_old_one() {
    needs!("cc", "/proc");
    let world = world();
    killed_before(&world, "UpdateAccessKey");
    let new = keys(&world).remove(1).0;
    let set = |active| {
        let edit =
            |account: &mut local_aws::Account| account.user_mut("testuser").keys[1].active = active;
        world.aws.edit(edit);
    };
    set(false);
    let error = world.run(&ROTATE).fails(1);
    has(&error, &["AWS does not know the access key", &new]);
    let active = |at: usize| keys(&world)[at].2;
    assert!(active(0));
    set(true);
    world.run(&ROTATE).succeeds();
    assert!(!active(0) && active(1));
    is_tidy(&world);
}

#[test]
fn a_new_key_that_was_deleted_in_iam_can_be_forgotten() {
    let world = world();
    let record = world
        .home()
        .join(format!(".aws/.credentials.mfaexec-rotation-{OLD}"));
    let gone = "AKIADELETEDINIAM0000";
    let text = format!(
        r#"{{"old_key_id":"{OLD}","new_key_id":"{gone}","new_secret_access_key":"gone/secret/EXAMPLE"}}"#
    );
    fs::write(&record, text).unwrap();
    fs::set_permissions(&record, fs::Permissions::from_mode(0o644)).unwrap();
    let error = world.run(&ROTATE).fails(1);
    has(&error, &["others have access to it", "chmod 600"]);
    fs::set_permissions(&record, fs::Permissions::from_mode(0o600)).unwrap();
    let shown = world
        .run(&[&ROTATE[..4], &["--dry-run"]].concat())
        .succeeds();
    has(&shown, &[&format!("go on with {gone}")]);
    let begun_anew = world.run(&[&ROTATE[..], &["--delete", gone]].concat());
    begun_anew.succeeds();
    is_tidy(&world);
}
