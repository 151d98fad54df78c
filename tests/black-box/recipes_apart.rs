//! The recipes for what has no terminal, or loses it: nohup, setsid, cron. And tmux, where the
//! terminal is another one.

use std::fs;
use std::time::Duration;

use nix::sys::signal::Signal;

use crate::examples::{reader, with_aws};
use crate::harness::programs_path;
use crate::harness::{World, eventually, finish, has, terminal};
use crate::recipes::{recipe, refused_apart, script};
use crate::skipping::{mounts_wanted, needs};

/// The beginning of what the stand-in for the AWS CLI says about the story's user.
const ME: &str = "\"Arn\": \"arn:aws:iam::123456789012:user/testuser\"";

#[test]
fn past_the_end_of_the_terminal() {
    needs!("nohup", "setsid");
    let world = reader();
    let text = "grep SigIgn /proc/self/status\nwhile [ ! -e closed ]; do sleep 0.1; done\n\
                exec aws sts get-caller-identity";
    script(
        &world,
        "backup.sh",
        &format!("#!/bin/sh\ntouch begun\n{text}\n"),
    );
    let nohup = recipe("nohup");
    let commands = nohup.commands();
    let [sign_in, run] = commands[..] else {
        panic!("{commands:?}")
    };
    let mut command = world.program("/bin/bash");
    command
        .args(["--norc", "--noprofile", "-i"])
        .env("PS1", "ready> ");
    with_aws(&world, &mut command);
    let mut bash = terminal(command);
    bash.exp_string("ready> ").unwrap();
    bash.send_line(sign_in).unwrap();
    bash.exp_string("MFA code: ").unwrap();
    bash.send_line(&world.code()).unwrap();
    bash.exp_string("ready> ").unwrap();
    bash.send_line(run).unwrap();
    bash.exp_string("[1] ").unwrap();
    eventually("the command has begun", || {
        world.home().join("begun").exists()
    });
    // A terminal that is closed sends this to its shell, and bash to its jobs.
    bash.process_mut().signal(Signal::SIGHUP).unwrap();
    bash.exp_eof().unwrap();
    drop(bash);
    world.write("closed", "");
    let log = || fs::read_to_string(world.home().join("backup.log")).unwrap_or_default();
    eventually("the command has gone on", || log().contains(ME));
    let ignored = log().lines().find_map(|line| {
        line.strip_prefix("SigIgn:")
            .map(str::trim)
            .map(ToOwned::to_owned)
    });
    let ignored = u64::from_str_radix(&ignored.unwrap(), 16).unwrap();
    assert_eq!(ignored & 1, 1, "SIGHUP, the first one, is ignored");
    assert_eq!(world.code_calls()[0].duration_seconds, Some(43_200));
    refused_apart(
        &world,
        "nohup mfaexec -p testuser --no-input -- ./backup.sh",
    );
}

#[test]
fn in_a_session_without_a_terminal() {
    needs!("setsid");
    let world = reader();
    recipe("setsid").try_out(&world);
    assert_eq!(world.code_calls().len(), 1);
}

/// cron as on a machine of its own: with the user's table and a mail program, and nothing of what
/// the system runs.
const CRON: &str = r#"
mount -t tmpfs none /run
mount -t tmpfs none /etc/cron.d
mount --bind /dev/null /etc/crontab
mount -t tmpfs none /var/spool/cron
mkdir -m 1730 /var/spool/cron/crontabs
cp /usr/sbin/cron sbin/cron
mount --bind sbin /usr/sbin
crontab table
exec cron -f
"#;

#[test]
fn a_job_of_cron() {
    needs!("crontab");
    if !mounts_wanted("recipes_apart::a_job_of_cron") {
        return;
    }
    let (world, stranger) = (reader(), reader());
    let recipe = recipe("cron");
    recipe.try_out(&world);
    assert_eq!(world.code_calls()[0].duration_seconds, Some(129_600));
    // Every minute, as a test cannot wait for Monday; with the world's settings; and twice: in the
    // home of someone who has signed in, and of someone who has not.
    let job = recipe.file("crontab").replace("0 6 * * 1-5", "* * * * *");
    let table = |world: &World| {
        let home = world.home().display();
        let job = job.replace(
            "/usr/local/bin:",
            &format!("{home}:{}:/usr/local/bin:", mfaexec_directory()),
        );
        format!("HOME={home}\nAWS_ENDPOINT_URL={}\n{job}", world.aws.url())
    };
    world.write("table", table(&world) + &table(&stranger));
    // With the daemon's home, not the job's.
    script(
        &world,
        "sbin/sendmail",
        "#!/bin/sh\ncat >> \"$HOME/mail\"\n",
    );
    let mut daemon = world.program("unshare");
    daemon.args(["--mount", "sh", "-euc", CRON]);
    let path = format!("{}:/usr/sbin:/sbin", programs_path());
    let mut daemon = daemon.env("PATH", path).spawn().unwrap();
    let read = |name: &str| fs::read_to_string(world.home().join(name)).unwrap_or_default();
    let came = (0..1500).any(|_| {
        std::thread::sleep(Duration::from_millis(100));
        !read("mail").is_empty() && read("regions.json").contains("RegionName")
    });
    daemon.kill().unwrap();
    daemon.wait().unwrap();
    assert!(came, "in two minutes cron has run nothing");
    let mail = read("mail");
    let expected = [
        "To: testuser\n",
        "mfaexec: a code is needed, and mfaexec cannot ask for it\n",
        "remedy: sign in on a terminal first: mfaexec login -p testuser\n",
    ];
    has(&mail, &expected);
    let whose = |world: &World| format!("X-Cron-Env: <HOME={}>\n", world.home().display());
    assert!(
        mail.contains(&whose(&stranger)) && !mail.contains(&whose(&world)),
        "{mail}"
    );
    assert!(stranger.code_calls().is_empty());
}

fn mfaexec_directory() -> String {
    let binary = std::path::Path::new(crate::harness::MFAEXEC);
    binary.parent().unwrap().display().to_string()
}

/// A tmux with a server of its own, whose socket is in the home.
fn tmux(world: &World, start: &[&str], args: &[&str]) -> String {
    let mut command = world.program("env");
    with_aws(world, &mut command);
    command
        .env("TMUX_TMPDIR", world.home())
        .env("SHELL", "/bin/sh");
    finish(command.args(start).arg("tmux").args(args)).succeeds()
}

#[test]
fn a_window_of_tmux() {
    needs!("tmux");
    let world = reader();
    let recipe = recipe("tmux");
    let tmux = |args: &[&str]| tmux(&world, &[], args);
    tmux(&[
        "-f",
        "/dev/null",
        "new-session",
        "-d",
        "-x",
        "120",
        "exec sleep 300",
    ]);
    // What the line does in a shell of that server, whose window the new one comes beside.
    let line = recipe.commands()[0];
    tmux(&["new-window", &format!("sh -c \"{line}; sleep 300\"")]);
    let code = world.code();
    eventually("the window asks", || {
        tmux(&["capture-pane", "-p"]).contains("MFA code:")
    });
    tmux(&["send-keys", &code, "Enter"]);
    let found = || fs::read_to_string(world.home().join("regions.json")).unwrap_or_default();
    eventually("the regions are there", || found().contains("RegionName"));
    tmux(&["kill-server"]);
}

#[test]
fn a_server_of_tmux_has_the_session_if_mfaexec_starts_it() {
    needs!("tmux");
    for started_before in [true, false] {
        let world = reader();
        world.sign_in(&[]);
        let start = ["-f", "/dev/null", "new-session", "-d", "exec sleep 300"];
        if started_before {
            tmux(&world, &[], &start);
        }
        tmux(&world, &["mfaexec", "-p", "testuser", "--"], &start);
        tmux(
            &world,
            &[],
            &["new-window", "echo ${AWS_SESSION_TOKEN:-none} > found"],
        );
        let found = || fs::read_to_string(world.home().join("found")).unwrap_or_default();
        eventually("the window has looked", || !found().is_empty());
        assert_eq!(found() == "none\n", started_before);
        tmux(&world, &[], &["kill-server"]);
    }
}
