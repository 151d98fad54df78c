//! X16 to X23: at a terminal, under a real shell with job control.

use crate::harness::{World, finish};
use crate::skipping::needs;
use crate::wrapper::{both, each_wrapper};

/// Runs `check` in an interactive bash, once with each wrapper as `$W`.
#[track_caller]
fn at_terminal(check: impl Fn(&mut rexpect::session::PtySession)) {
    let world = World::new();
    world.sign_in(&[]);
    for wrapper in each_wrapper() {
        let mut bash = world.bash();
        bash.send_line(&format!("W='{}'", wrapper.line())).unwrap();
        bash.exp_string("ready> ").unwrap();
        check(&mut bash);
        bash.send_line("exit").unwrap();
        bash.exp_eof().unwrap();
    }
}

/// Says `go-1` and notes each ^C with `int-1`.
const NOTES_INTERRUPTS: &str = "$W bash -c 'trap \"echo int-\\$((0+1))\" INT; echo go-$((0+1)); \
                                read -r -t 20 line; echo end-$((0+1))'";

#[test]
fn x16_an_interrupt_comes_once() {
    at_terminal(|bash| {
        bash.send_line(NOTES_INTERRUPTS).unwrap();
        bash.exp_string("go-1").unwrap();
        bash.send_control('c').unwrap();
        bash.exp_string("int-1").unwrap();
        bash.send_line("").unwrap();
        let rest = bash.exp_string("end-1").unwrap();
        assert!(!rest.contains("int-1"), "twice: {rest}");
        bash.exp_string("ready> ").unwrap();
    });
}

#[test]
fn x17_an_interrupt_that_the_command_ignores_ends_nothing() {
    at_terminal(|bash| {
        bash.send_line("$W sh -c 'trap \"\" INT; echo go-$((0+1)); read -r a; echo got-$a'")
            .unwrap();
        bash.exp_string("go-1").unwrap();
        bash.send_control('c').unwrap();
        bash.send_line("on").unwrap();
        bash.exp_string("got-on").unwrap();
        bash.exp_string("ready> ").unwrap();
    });
}

#[test]
fn x18_stop_and_foreground() {
    at_terminal(|bash| {
        bash.send_line("$W sh -c 'echo go-$((0+1)); read -r a; echo got-$a'")
            .unwrap();
        bash.exp_string("go-1").unwrap();
        bash.send_control('z').unwrap();
        bash.exp_string("Stopped").unwrap();
        bash.exp_string("ready> ").unwrap();
        bash.send_line("fg").unwrap();
        bash.send_line("on").unwrap();
        bash.exp_string("got-on").unwrap();
        bash.exp_string("ready> ").unwrap();
    });
}

#[test]
fn x19_a_read_in_the_background_stops_the_job() {
    at_terminal(|bash| {
        bash.send_line("$W sh -c 'read -r a; echo got-$a' &")
            .unwrap();
        bash.exp_string("ready> ").unwrap();
        bash.send_line("sleep 0.5; jobs").unwrap();
        bash.exp_string("Stopped").unwrap();
        bash.exp_string("ready> ").unwrap();
        bash.send_line("fg").unwrap();
        bash.send_line("on").unwrap();
        bash.exp_string("got-on").unwrap();
        bash.exp_string("ready> ").unwrap();
    });
}

#[test]
fn x20_an_interactive_subshell_has_job_control_and_gives_the_terminal_back() {
    at_terminal(|bash| {
        bash.send_line("PS1='inner''> ' $W bash --norc --noprofile -i")
            .unwrap();
        bash.exp_string("inner> ").unwrap();
        bash.send_line("sh -c 'echo go-$((0+1)); exec sleep 100'")
            .unwrap();
        bash.exp_string("go-1").unwrap();
        bash.send_control('z').unwrap();
        bash.exp_string("Stopped").unwrap();
        bash.exp_string("inner> ").unwrap();
        bash.send_line("kill %1; fg").unwrap();
        bash.exp_string("inner> ").unwrap();
        bash.send_line("exit").unwrap();
        bash.exp_string("ready> ").unwrap();
        bash.send_line("echo back-$((0+1))").unwrap();
        bash.exp_string("back-1").unwrap();
        bash.exp_string("ready> ").unwrap();
    });
}

#[test]
fn x21_the_command_hears_the_terminal_hang_up() {
    needs!("python3");
    both(|world, wrapper| {
        let script = r#"
import pty
command = "trap 'echo hup > mark; exit' HUP; echo go-1; while :; do sleep 0.02; done"
pid, terminal = pty.fork()
if pid == 0: os.execvp(W[0], W + ["sh", "-c", command])
seen = b""
while b"go-1" not in seen: seen += os.read(terminal, 100)
os.close(terminal)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"#;
        finish(&mut wrapper.python(world, script)).succeeds();
        let mark = world.home().join("mark");
        assert_eq!(std::fs::read_to_string(&mark).unwrap(), "hup\n");
        std::fs::remove_file(mark).unwrap();
    });
}

#[test]
fn x22_one_change_of_size_is_one_signal() {
    at_terminal(|bash| {
        bash.send_line(
            "$W bash -c 'trap \"echo winch-\\$((0+1))\" WINCH; echo go-$((0+1)); \
             (sleep 0.3; stty rows 33 < /dev/tty) & wait; sleep 0.3; echo end-$((0+1)); stty size'",
        )
        .unwrap();
        bash.exp_string("go-1").unwrap();
        let between = bash.exp_string("end-1").unwrap();
        assert_eq!(between.matches("winch-1").count(), 1, "{between}");
        bash.exp_string("33 ").unwrap();
        bash.exp_string("ready> ").unwrap();
    });
}

#[test]
fn x23_modes_that_the_command_sets_stay() {
    at_terminal(|bash| {
        // bash itself restores modes only when a job dies of a signal.
        bash.send_line("$W stty tostop; stty -a | grep -o -- '-*tostop' | tr o 0")
            .unwrap();
        bash.exp_string("\nt0st0p").unwrap();
        bash.exp_string("ready> ").unwrap();
    });
}
