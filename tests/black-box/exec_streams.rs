//! X28 to X40: streams, descriptors, arguments and the search for the command.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

use crate::harness::{World, finish, has};
use crate::skipping::needs;
use crate::wrapper::{Wrapper, both};

/// Puts an executable shell script somewhere in the world.
fn script(world: &World, path: &str, text: &str, mode: u32) {
    let path = world.write(path, text);
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn x28_bytes_pass_unchanged_and_unread_input_is_left() {
    both(|world, wrapper| {
        let bytes: Vec<u8> = (0..200_000_u32).map(|n| (n * 7 % 256) as u8).collect();
        let input = world.write("input", &bytes);
        let mut cat = wrapper.run(world, &["cat"]);
        cat.stdin(fs::File::open(&input).unwrap());
        assert_eq!(cat.output().unwrap().stdout, bytes);

        let text = "printf 'first\\nsecond\\n' | { $W sh -c 'read -r a; echo $a'; cat; }";
        assert_eq!(
            finish(&mut wrapper.script(world, text)).succeeds(),
            "first\nsecond\n"
        );
    });
}

#[test]
fn x29_the_open_files_are_the_very_same() {
    needs!("/proc");
    both(|world, wrapper| {
        // The description is shared: position and flags that the command sets are the caller's.
        let text = "
exec 3>> log 4<> both
before=$(stat -L -c %i /proc/self/fd/0 /proc/self/fd/3; grep flags /proc/self/fdinfo/[0134])
after=$($W bash -c 'stat -L -c %i /proc/self/fd/0 /proc/self/fd/3; grep flags /proc/self/fdinfo/[0134]')
[ \"$before\" = \"$after\" ] || { echo \"$before\"; echo \"$after\"; exit 1; }
$W sh -c 'printf 12345 >&4'
printf 6 >&4
cat both";
        let said = finish(wrapper.script(world, text).stdin(Stdio::null()));
        assert_eq!(said.succeeds(), "123456");
    });
}

#[test]
fn x30_closed_streams_stay_closed() {
    needs!("/proc");
    both(|world, wrapper| {
        for (redirection, open) in [
            ("0<&-", "1 2"),
            ("2>&-", "0 1"),
            ("0<&- 2>&-", "1"),
            ("", "0 1 2"),
        ] {
            // A descriptor of the shell's own, to say what is open when stdout is closed.
            let ask = "out=; for fd in 0 1 2; do [ -e /proc/$$/fd/$fd ] && out=\"$out $fd\"; done; \
                       echo $out > open";
            let text = format!("$W bash -c '{ask}' {redirection}");
            finish(&mut wrapper.script(world, &text)).succeeds();
            let found = fs::read_to_string(world.home().join("open")).unwrap();
            assert_eq!(found.trim(), open, "{redirection}");
        }
        let ask = "[ -e /proc/$$/fd/1 ] || echo closed > open";
        finish(&mut wrapper.script(world, &format!("$W bash -c '{ask}' >&-"))).succeeds();
        assert_eq!(
            fs::read_to_string(world.home().join("open")).unwrap(),
            "closed\n"
        );
    });
}

/// The open descriptors of a shell that was started by `wrapper`, beside 5 and 9.
fn descriptors(world: &World, wrapper: &str) -> String {
    let script = format!("exec 5</dev/null 9>/dev/null; exec {wrapper} sh -c 'ls /proc/$$/fd'");
    finish(world.program("/bin/bash").args(["-c", &script])).succeeds()
}

#[test]
fn x31_x32_descriptors_pass_and_none_is_added() {
    needs!("/proc");
    both(|world, wrapper| {
        let open = descriptors(world, &wrapper.line());
        // The program that runs the tests may have left some open, too.
        assert_eq!(open, descriptors(world, ""));
        assert!(open.contains("5\n") && open.contains("9\n"), "{open}");
    });
}

#[test]
fn x32_none_is_added_by_a_sign_in() {
    needs!("/proc");
    let world = World::new();
    let code = world.code();
    let open = descriptors(&world, &format!("mfaexec -p testuser -c {code} --"));
    assert_eq!(open, descriptors(&world, ""));
}

#[test]
fn x33_makes_jobserver_works() {
    needs!("make");
    both(|world, wrapper| {
        // The inner make takes its jobs from the outer one, without a word about it.
        world.write(
            "Makefile",
            "all:\n\t+@$(W) $(MAKE) -s inner\ninner: a b c\na b c:\n\t@echo $@\n",
        );
        let said =
            finish(
                world
                    .program("make")
                    .args(["-j4", "-s", &format!("W={}", wrapper.line())]),
            );
        assert_eq!(said.stderr, "", "no warning");
        assert_eq!(said.succeeds().lines().count(), 3);
    });
}

#[test]
fn x34_x35_arguments_and_environment_are_byte_exact() {
    both(|world, wrapper| {
        let mut command = wrapper.run(world, &["printf", "%s|", "", " a  b ", "-x", "--", "'\"$"]);
        command.arg(OsStr::from_bytes(b"\xff\xfe\n"));
        assert_eq!(
            command.output().unwrap().stdout,
            b"| a  b |-x|--|'\"$|\xff\xfe\n|"
        );

        let mut command = wrapper.run(world, &["env", "-0"]);
        let odd = OsStr::from_bytes(b"\xff=\n\xfe");
        command
            .env("ODD", odd)
            .env("EMPTY", "")
            .env("A.B", "dotted");
        let printed = command.output().unwrap().stdout;
        for entry in [&b"ODD=\xff=\n\xfe"[..], b"EMPTY=", b"A.B=dotted"] {
            assert!(
                printed.split(|b| *b == 0).any(|found| found == entry),
                "{entry:?}"
            );
        }
    });
}

#[test]
fn x36_the_commands_name_is_as_typed() {
    needs!("/proc");
    both(|world, wrapper| {
        script(world, "bin/named", "#!/bin/sh\nexit 0\n", 0o755);
        for name in ["sh", "/bin/sh"] {
            let command = [name, "-c", "tr '\\0' '\\n' < /proc/$$/cmdline | head -n1"];
            assert_eq!(
                finish(&mut wrapper.run(world, &command)).succeeds(),
                format!("{name}\n")
            );
        }
    });
}

#[test]
fn x37_directory_umask_limits_and_niceness_are_unchanged() {
    needs!("/proc");
    both(|world, wrapper| {
        let ask = "umask; ulimit -a; nice; pwd";
        let text = format!(
            "umask 027; ulimit -n 200; ulimit -c 0; ulimit -s 4096\nmkdir -p gone; cd gone\n\
             before=$(nice -n 3 bash -c '{ask}')\n\
             after=$(nice -n 3 $W bash -c '{ask}')\n\
             [ \"$before\" = \"$after\" ] || {{ echo \"$before\"; echo \"$after\"; exit 1; }}\n\
             rmdir ../gone\n$W readlink /proc/self/cwd"
        );
        let printed = finish(&mut wrapper.script(world, &text)).succeeds();
        assert!(printed.trim_end().ends_with("gone (deleted)"), "{printed}");
    });
}

#[test]
fn x38_an_argument_list_that_the_kernel_refuses_is_126() {
    let world = World::new();
    world.sign_in(&[]);
    // With this stack arguments and environment may have 256 KiB. What still starts mfaexec is
    // too much with the session beside it.
    let text = "
ulimit -s 1024
for size in $(seq 262000 -100 255000); do
    rest=$size; set --
    while [ $rest -gt 100000 ]; do set -- \"$@\" \"$(printf %0100000d 0)\"; rest=$((rest - 100000)); done
    set -- \"$@\" \"$(printf %0${rest}d 0)\"
    $W true \"$@\" 2>error
    code=$?
    if [ $code = 126 ] && grep -q '^mfaexec: ' error; then cat error; exit 7; fi
done";
    let said = finish(&mut Wrapper::Mfaexec.script(&world, text));
    assert_eq!(said.code, Some(7), "{said:?}");
    has(
        &said.stdout,
        &["true: cannot be run", "longer than the system allows"],
    );
}

#[test]
fn x39_a_text_file_without_interpreter_runs_under_sh() {
    both(|world, wrapper| {
        script(world, "plain", "echo \"$0 $1 $MFAEXEC_PROFILE\"\n", 0o755);
        let printed = finish(&mut wrapper.run(world, &["./plain", "one"])).succeeds();
        assert_eq!(printed, "./plain one testuser\n");
    });
}

#[test]
fn x40_the_search_is_that_of_execvp() {
    both(|world, wrapper| {
        script(world, "first/tool", "#!/bin/sh\necho first\n", 0o644);
        script(world, "second/tool", "#!/bin/sh\necho second\n", 0o755);
        script(world, "tool", "#!/bin/sh\necho here\n", 0o755);
        fs::create_dir_all(world.home().join("directory/tool")).unwrap();
        let with_path = |path: Option<String>, name: &str| {
            let mut command = wrapper.run(world, &[name]);
            // The wrapper itself is found by its path.
            if wrapper == Wrapper::Env {
                command = world.program("/usr/bin/env");
                command.args(["A=1", name]);
            }
            match path {
                Some(path) => command.env("PATH", path),
                None => command.env_remove("PATH"),
            };
            finish(&mut command)
        };
        let home = world.home().display().to_string();
        let search = |path: String| with_path(Some(path), "tool");
        let skipping = format!("{home}/directory:{home}/first:{home}/second");
        assert_eq!(search(skipping).succeeds(), "second\n");
        assert_eq!(search(format!("{home}/nowhere:")).succeeds(), "here\n");
        assert_eq!(
            search(format!("{home}/nowhere::{home}/second")).succeeds(),
            "here\n"
        );
        assert_eq!(search(format!("{home}/first")).code, Some(126));
        assert_eq!(search(format!("{home}/nowhere")).code, Some(127));
        assert_eq!(
            with_path(Some("/nowhere".into()), "./tool").succeeds(),
            "here\n"
        );
        assert_eq!(
            with_path(None, "true").code,
            Some(0),
            "the system's own PATH"
        );
        assert_eq!(with_path(None, "tool").code, Some(127), "which has no cwd");
    });
}

#[test]
fn x40_the_check_before_the_question_refuses_nothing_that_execvp_runs() {
    let world = World::new();
    script(&world, "first/tool", "#!/bin/sh\necho first\n", 0o644);
    script(&world, "second/tool", "#!/bin/sh\necho second\n", 0o755);
    script(&world, "tool", "echo here\n", 0o755);
    let home = world.home().display().to_string();
    for (path, name, printed) in [
        (
            Some(format!("{home}/first:{home}/second")),
            "tool",
            "second\n",
        ),
        (Some(format!("{home}/nowhere:")), "tool", "here\n"),
        (Some("/nowhere".to_owned()), "./tool", "here\n"),
        (None, "echo", "\n"),
    ] {
        let code = world.code();
        let mut command = world.mfaexec(&["-p", "testuser", "--fresh", "-c", &code, "--", name]);
        match path {
            Some(path) => command.env("PATH", path),
            None => command.env_remove("PATH"),
        };
        assert_eq!(finish(&mut command).succeeds(), printed);
    }
}
