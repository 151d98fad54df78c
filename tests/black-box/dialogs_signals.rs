//! What ends a question in another program before someone answers it, and that it goes away then.

use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Stdio};

use crate::dialogs::{RUN, detached, stand_in};
use crate::harness::{World, eventually, kill};
use crate::prompt_signals::asking;
use crate::skipping::needs;

/// A window that no one answers, and the process behind it.
const WINDOW: &str = "echo $$ > \"$HOME/window\"; sleep 600 & echo $! > \"$HOME/behind\"; wait";

fn asked(world: &World, args: &[&str]) -> Child {
    stand_in(world, "zenity", WINDOW);
    let args = [&["--prompt", "zenity"], args].concat();
    let mut command = detached(world, &args);
    let child = command
        .stderr(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    eventually("the window is there", || number(world, "behind").is_some());
    child.unwrap()
}

fn number(world: &World, file: &str) -> Option<u32> {
    let text = std::fs::read_to_string(world.home().join(file)).ok()?;
    text.trim().parse().ok()
}

/// The window, and what it has started.
fn processes(world: &World) -> [u32; 2] {
    ["window", "behind"].map(|file| number(world, file).unwrap())
}

/// They are not there any more, but perhaps as zombies of which no one takes notice.
#[track_caller]
fn are_gone(processes: [u32; 2]) {
    for pid in processes {
        eventually("it is gone", || {
            let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"));
            stat.map_or(true, |stat| stat.contains(") Z "))
        });
    }
}

#[test]
fn a_signal_takes_the_window_away_and_is_obeyed() {
    needs!("setsid");
    for (signal, number) in [("TERM", 15), ("INT", 2), ("HUP", 1)] {
        let world = World::new();
        let child = asked(&world, &RUN);
        kill(signal, &asking(&world));
        let output = child.wait_with_output().unwrap();
        // setsid(1) dies in the same way, or says it like a shell.
        let (signal, code) = (output.status.signal(), output.status.code());
        assert!(
            signal == Some(number) || code == Some(128 + number),
            "{output:?}"
        );
        assert!(
            output.stdout.is_empty() && output.stderr.is_empty(),
            "{output:?}"
        );
        are_gone(processes(&world));
        assert!(world.code_calls().is_empty());
    }
}

/// A stop takes it away, too, and it is back when mfaexec goes on. Without a parent in its session
/// it does so at once: the system stops no such process.
#[test]
fn a_stop_takes_the_window_away_for_a_while() {
    needs!("setsid");
    let world = World::new();
    let child = asked(&world, &RUN);
    let first = processes(&world);
    stand_in(&world, "zenity", &format!("echo {}", world.code()));
    kill("TSTP", &asking(&world));
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "done\n");
    are_gone(first);
}

#[test]
fn a_dead_key_takes_the_window_away_before_a_code_is_spent() {
    needs!("setsid");
    let world = World::new();
    let fault = local_aws::Fault::Slow(std::time::Duration::from_millis(1500));
    world.aws.fault_on("GetCallerIdentity", fault, 1);
    let serial = "arn:aws:iam::123456789012:mfa/leaver";
    let child = asked(
        &world,
        &["-p", "leaver", "--mfa-serial", serial, "--", "true"],
    );
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(
        stderr.contains("AWS does not know the access key"),
        "{stderr}"
    );
    assert_eq!(output.status.code(), Some(125));
    are_gone(processes(&world));
    assert!(world.code_calls().is_empty());
}

/// While one asks in a window, others wait for it as they do for a terminal.
#[test]
fn others_wait_while_a_window_asks() {
    needs!("setsid");
    let world = World::new();
    let answer = format!("{WINDOW}; echo {}", world.code());
    let answer = answer.replace(
        "sleep 600 &",
        "(while ! [ -e \"$HOME/go\" ]; do sleep 0.1; done) &",
    );
    stand_in(&world, "kdialog", &answer);
    let start = || {
        let mut command = detached(&world, &[&["--prompt", "kdialog"], &RUN[..]].concat());
        command
            .stderr(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap()
    };
    let first = start();
    eventually("the window is there", || number(&world, "behind").is_some());
    let window = number(&world, "window");
    let second = start();
    std::thread::sleep(std::time::Duration::from_millis(300));
    world.write("go", "");
    for child in [first, second] {
        let output = child.wait_with_output().unwrap();
        assert_eq!(
            String::from_utf8_lossy(&output.stdout),
            "done\n",
            "{output:?}"
        );
    }
    assert_eq!(number(&world, "window"), window, "one window");
    assert_eq!(world.code_calls().len(), 1);
}

/// stdin and stdout are the command's, with a window as with a terminal.
#[test]
fn streams_are_the_commands() {
    needs!("setsid");
    let world = World::new();
    let script = format!("cat; echo noise >&2; echo {}", world.code());
    stand_in(&world, "zenity", &script);
    let input = world.write("input", "to the command");
    let mut command = detached(&world, &["-p", "testuser", "--", "/bin/cat"]);
    stand_in(&world, "pinentry", "exit 1");
    let output = command
        .stdin(std::fs::File::open(input).unwrap())
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "to the command");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}
