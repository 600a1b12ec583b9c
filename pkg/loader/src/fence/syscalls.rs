//! Which system calls either process can make (seccomp(2)). Others fail with EPERM, so that a library that tries something
//! new gets an answer that it can deal with, and not the process its end.

use std::collections::BTreeMap;

use aya_obj::generated::bpf_cmd;
use libc::c_long;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen::Dword, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch, apply_filter,
};

use super::error::FenceError;

/// Conditions on arguments by system call; none, and any arguments will do.
type Rules = BTreeMap<i64, Vec<SeccompRule>>;

/// What the loader does all its life, whatever the arguments.
const LOADERS: &[c_long] = &[
    // Its two connections, and waiting for them.
    libc::SYS_recvmsg,
    libc::SYS_sendmsg,
    libc::SYS_recvfrom,
    libc::SYS_sendto,
    libc::SYS_ppoll,
    // Maps, programs, links.
    libc::SYS_bpf,
    libc::SYS_close,
    libc::SYS_dup,
    libc::SYS_fcntl,
    // What aya reads: BTF, the number of processors, the kernel's version.
    libc::SYS_read,
    libc::SYS_pread64,
    libc::SYS_lseek,
    libc::SYS_fstat,
    libc::SYS_statx,
    libc::SYS_newfstatat,
    libc::SYS_uname,
    libc::SYS_readlinkat,
    // Memory and threads.
    libc::SYS_munmap,
    libc::SYS_mremap,
    libc::SYS_brk,
    libc::SYS_madvise,
    libc::SYS_futex,
    libc::SYS_clone,
    libc::SYS_clone3,
    libc::SYS_set_robust_list,
    libc::SYS_rseq,
    libc::SYS_gettid,
    libc::SYS_getpid,
    libc::SYS_sched_yield,
    libc::SYS_sched_getaffinity,
    libc::SYS_prctl,
    libc::SYS_prlimit64,
    libc::SYS_getrandom,
    libc::SYS_clock_gettime,
    libc::SYS_clock_nanosleep,
    libc::SYS_sigaltstack,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_restart_syscall,
    // Its end, and what it reports before.
    libc::SYS_write,
    libc::SYS_tgkill,
    libc::SYS_exit,
    libc::SYS_exit_group,
];

/// What is never done by the process that talks to Grafana, and what somebody would want who runs code in it.
const NOT_THE_PLUGINS: &[c_long] = &[
    // Other programs.
    libc::SYS_execve,
    libc::SYS_execveat,
    // Other processes.
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_process_madvise,
    libc::SYS_pidfd_getfd,
    libc::SYS_kcmp,
    // Namespaces and mounts.
    libc::SYS_unshare,
    libc::SYS_setns,
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_open_tree,
    libc::SYS_move_mount,
    libc::SYS_fsopen,
    libc::SYS_fsmount,
    libc::SYS_mount_setattr,
    // Parts of the kernel that have been ways into it, and that nothing here needs.
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_userfaultfd,
    libc::SYS_perf_event_open,
    libc::SYS_keyctl,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_kexec_load,
    libc::SYS_open_by_handle_at,
    libc::SYS_personality,
    libc::SYS_acct,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_reboot,
    libc::SYS_settimeofday,
    libc::SYS_clock_settime,
    libc::SYS_clock_adjtime,
    libc::SYS_adjtimex,
];

/// Commands of bpf(2) that the plugin makes, all on maps that it was given.
const PLUGINS_BPF: [bpf_cmd; 7] = [
    bpf_cmd::BPF_MAP_LOOKUP_ELEM,
    bpf_cmd::BPF_MAP_UPDATE_ELEM,
    bpf_cmd::BPF_MAP_DELETE_ELEM,
    bpf_cmd::BPF_MAP_GET_NEXT_KEY,
    bpf_cmd::BPF_MAP_LOOKUP_BATCH,
    bpf_cmd::BPF_MAP_LOOKUP_AND_DELETE_BATCH,
    bpf_cmd::BPF_OBJ_GET_INFO_BY_FD,
];

/// Restricts the calling thread, and those that it starts, to what the loader does.
///
/// # Errors
/// [`FenceError::Seccomp`], [`FenceError::Processor`].
pub fn allow_only_the_loaders() -> Result<(), FenceError> {
    let mut rules: Rules = LOADERS.iter().map(|call| (*call, Vec::new())).collect();
    // Files are opened to be read.
    let reading = condition(
        2,
        SeccompCmpOp::MaskedEq((libc::O_ACCMODE | libc::O_CREAT) as u64),
        libc::O_RDONLY as u64,
    )?;
    rules.insert(libc::SYS_openat, vec![SeccompRule::new(vec![reading])?]);
    // Names of interfaces are asked for by a socket that reaches nothing.
    let unix = condition(0, SeccompCmpOp::Eq, libc::AF_UNIX as u64)?;
    rules.insert(libc::SYS_socket, vec![SeccompRule::new(vec![unix])?]);
    let name = condition(1, SeccompCmpOp::Eq, libc::SIOCGIFNAME)?;
    rules.insert(libc::SYS_ioctl, vec![SeccompRule::new(vec![name])?]);
    // No memory becomes code.
    let data = || condition(2, SeccompCmpOp::MaskedEq(libc::PROT_EXEC as u64), 0);
    rules.insert(libc::SYS_mmap, vec![SeccompRule::new(vec![data()?])?]);
    rules.insert(libc::SYS_mprotect, vec![SeccompRule::new(vec![data()?])?]);
    #[cfg(target_arch = "x86_64")]
    rules.insert(libc::SYS_poll, Vec::new());
    apply(rules, SeccompAction::Errno(libc::EPERM as u32), SeccompAction::Allow)
}

/// Keeps the calling thread, and those that it starts, from what the plugin never does.
///
/// # Errors
/// [`FenceError::Seccomp`], [`FenceError::Processor`].
pub fn deny_what_the_plugin_never_does() -> Result<(), FenceError> {
    let mut rules: Rules = NOT_THE_PLUGINS.iter().map(|call| (*call, Vec::new())).collect();
    let others = PLUGINS_BPF.iter().map(|command| condition(0, SeccompCmpOp::Ne, *command as u64));
    rules.insert(libc::SYS_bpf, vec![SeccompRule::new(others.collect::<Result<_, _>>()?)?]);
    // No memory becomes code.
    let code = || condition(2, SeccompCmpOp::MaskedEq(libc::PROT_EXEC as u64), libc::PROT_EXEC as u64);
    rules.insert(libc::SYS_mmap, vec![SeccompRule::new(vec![code()?])?]);
    rules.insert(libc::SYS_mprotect, vec![SeccompRule::new(vec![code()?])?]);
    apply(rules, SeccompAction::Allow, SeccompAction::Errno(libc::EPERM as u32))
}

fn condition(argument: u8, operator: SeccompCmpOp, value: u64) -> Result<SeccompCondition, FenceError> {
    Ok(SeccompCondition::new(argument, Dword, operator, value)?)
}

/// Puts a filter up: `otherwise` for calls that no rule is about or fits, `fits` for the others.
fn apply(rules: Rules, otherwise: SeccompAction, fits: SeccompAction) -> Result<(), FenceError> {
    let processor = TargetArch::try_from(std::env::consts::ARCH)?;
    let program: BpfProgram = SeccompFilter::new(rules, otherwise, fits, processor)?.try_into()?;
    Ok(apply_filter(&program)?)
}
