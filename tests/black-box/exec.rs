//! Becoming the command: exit codes and what the caller can see.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

use crate::harness::{MFAEXEC, World, finish, has};
use crate::skipping::needs;

fn signed_in() -> World {
    let world = World::new();
    world.sign_in(&[]);
    world
}

fn run(world: &World, command: &[&str]) -> crate::harness::Said {
    let mut mfaexec = world.mfaexec(&["-p", "testuser", "--no-input", "--"]);
    finish(mfaexec.args(command))
}

#[test]
fn exit_codes_and_signals_are_the_commands() {
    let world = signed_in();
    for code in [0, 1, 2, 42, 125, 255] {
        assert_eq!(
            run(&world, &["sh", "-c", &format!("exit {code}")]).code,
            Some(code)
        );
    }
    assert_eq!(run(&world, &["sh", "-c", "kill -TERM $$"]).signal, Some(15));
    assert_eq!(run(&world, &["sh", "-c", "kill -KILL $$"]).signal, Some(9));
}

#[test]
fn what_cannot_be_run_is_126_and_what_is_not_there_127() {
    let world = signed_in();
    has(
        &run(&world, &["no-such-command"]).fails(127),
        &["no-such-command: command not found"],
    );
    has(
        &run(&world, &["./no-such-file"]).fails(127),
        &["there is no such file"],
    );
    has(&run(&world, &[""]).fails(127), &["not found"]);
    has(&run(&world, &["/etc"]).fails(126), &["/etc: cannot be run"]);
    world.write("not-executable", "x");
    has(
        &run(&world, &["./not-executable"]).fails(126),
        &["cannot be run"],
    );
    let script = world.write("bad-interpreter", "#!/no/such/interpreter\n");
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    has(
        &run(&world, &["./bad-interpreter"]).fails(127),
        &["interpreter"],
    );
    let mut found_on_path = world.mfaexec(&["-p", "testuser", "--", "bad-interpreter"]);
    has(
        &finish(found_on_path.env("PATH", world.home())).fails(127),
        &["interpreter"],
    );
    // Without a session the same is found out before anyone is asked.
    let world = World::new();
    for (command, code) in [
        ("no-such-command", 127),
        ("./x", 127),
        ("/etc", 126),
        ("", 127),
    ] {
        world
            .run(&["-p", "testuser", "--no-input", "--", command])
            .fails(code);
    }
}

#[test]
fn a_text_file_without_interpreter_is_run_by_the_shell() {
    let world = signed_in();
    let script = world.write("script", "echo \"$0 $1\"\n");
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(
        run(&world, &["./script", "one"]).succeeds(),
        "./script one\n"
    );
}

#[test]
fn the_process_is_the_same_and_its_name_as_typed() {
    needs!("/proc");
    let world = signed_in();
    let script =
        format!("echo $$; exec {MFAEXEC} -p testuser -- sh -c 'echo $$; echo $0' as-typed");
    let printed = finish(world.program("/bin/sh").args(["-c", &script])).succeeds();
    let lines: Vec<&str> = printed.lines().collect();
    assert_eq!(lines[0], lines[1]);
    assert_eq!(lines[2], "as-typed");
    let shown = run(&world, &["sh", "-c", "tr '\\0' ' ' < /proc/$$/cmdline"]).succeeds();
    assert!(
        shown.starts_with("sh -c tr"),
        "argv[0] is the word that was typed: {shown}"
    );
}

#[test]
fn pipes_dispositions_and_closed_descriptors_are_as_they_were() {
    needs!("/proc");
    let world = signed_in();
    // The same questions asked with env(1) in mfaexec's place: the answers must be the same.
    let probe = "grep -E '^Sig(Blk|Ign|Cgt)' /proc/self/status; ls /proc/self/fd; ulimit -c; umask";
    let callers = [
        "\"$@\"",
        "trap '' PIPE; \"$@\"",
        "trap '' CHLD HUP INT QUIT TSTP; \"$@\"",
        "\"$@\" <&-",
        "\"$@\" 2>&-",
        "\"$@\" 7</dev/null",
        "umask 027; ulimit -c 0; \"$@\"",
    ];
    for caller in callers {
        let ask = |wrapper: &[&str]| {
            let mut command = world.program("/bin/sh");
            command
                .args(["-c", caller, "caller"])
                .args(wrapper)
                .args(["sh", "-c", probe]);
            command.stdin(Stdio::null());
            finish(&mut command).succeeds()
        };
        let wrapped = ask(&[MFAEXEC, "-p", "testuser", "--no-input", "--"]);
        assert_eq!(wrapped, ask(&["env", "A=1"]), "{caller}");
    }
}

#[test]
fn a_makefile_prefix_and_a_makefile_shell_work() {
    needs!("make");
    let world = signed_in();
    world.write(
        "Makefile",
        "AWS := mfaexec -p testuser --no-input --\nprefix:\n\t@$(AWS) printenv MFAEXEC_PROFILE\n",
    );
    assert_eq!(finish(&mut world.program("make")).succeeds(), "testuser\n");
    world.write(
        "Makefile",
        "SHELL = mfaexec\n.SHELLFLAGS = -p testuser --no-input -- sh -c\n\
         all: one two\none two:\n\t@test \"$$MFAEXEC_PROFILE\" = testuser && echo $@\n",
    );
    let printed = finish(world.program("make").arg("-j2")).succeeds();
    let mut lines: Vec<&str> = printed.lines().collect();
    lines.sort_unstable();
    assert_eq!(lines, ["one", "two"]);
}
