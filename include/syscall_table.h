/* SPDX-License-Identifier: MIT */
/*
 * The system calls: SYSCALL(name, parameters...). One line makes the entry [__NR_name] of the table
 * and the prototype of sys_name: this file is included with different definitions of SYSCALL, so it
 * has no include guard. A number that is not here returns -ENOSYS. A note below a row says what is
 * missing in it; tools/syscalls makes docs/syscalls.md of them.
 */

/* kernel/ptrace.c */
SYSCALL(ptrace, long request, long pid, unsigned long addr, unsigned long data)
/* partial: PTRACE_SINGLEBLOCK, seccomp's requests, PTRACE_GET_RSEQ_CONFIGURATION */
/* kernel/process_vm.c */
SYSCALL(process_vm_readv, pid_t pid, const struct iovec __user *lvec, unsigned long ln,
	const struct iovec __user *rvec, unsigned long rn, unsigned long flags)
SYSCALL(process_vm_writev, pid_t pid, const struct iovec __user *lvec, unsigned long ln,
	const struct iovec __user *rvec, unsigned long rn, unsigned long flags)
/* fs/proc/ns.c */
SYSCALL(setns, int fd, int flags)
/* kernel/kcmp.c */
SYSCALL(kcmp, pid_t pid1, pid_t pid2, int type, unsigned long idx1, unsigned long idx2)
/* fs/read_write.c */
SYSCALL(read, unsigned int fd, char __user *buf, size_t n)
SYSCALL(write, unsigned int fd, const char __user *buf, size_t n)
SYSCALL(lseek, unsigned int fd, loff_t off, unsigned int whence)
SYSCALL(pread64, unsigned int fd, char __user *buf, size_t n, loff_t pos)
SYSCALL(pwrite64, unsigned int fd, const char __user *buf, size_t n, loff_t pos)
/* fs/readv.c */
SYSCALL(readv, unsigned long fd, const struct iovec __user *v, unsigned long n)
SYSCALL(writev, unsigned long fd, const struct iovec __user *v, unsigned long n)
SYSCALL(preadv, unsigned long fd, const struct iovec __user *v, unsigned long n, unsigned long lo,
	unsigned long hi)
SYSCALL(pwritev, unsigned long fd, const struct iovec __user *v, unsigned long n, unsigned long lo,
	unsigned long hi)
SYSCALL(preadv2, unsigned long fd, const struct iovec __user *v, unsigned long n, unsigned long lo,
	unsigned long hi, int flags)
SYSCALL(pwritev2, unsigned long fd, const struct iovec __user *v, unsigned long n, unsigned long lo,
	unsigned long hi, int flags)
/* fs/splice.c */
SYSCALL(sendfile, int out, int in, loff_t __user *off, size_t n)
SYSCALL(copy_file_range, int in, loff_t __user *off_in, int out, loff_t __user *off_out, size_t n,
	unsigned int flags)
SYSCALL(splice, int in, loff_t __user *off_in, int out, loff_t __user *off_out, size_t len,
	unsigned int flags)
SYSCALL(tee, int in, int out, size_t len, unsigned int flags)
SYSCALL(vmsplice, int fd, const struct iovec __user *v, unsigned long n, unsigned int flags)
/* fs/openat2.c */
SYSCALL(openat2, int dfd, const char __user *name, const struct open_how __user *how, size_t size)
/* fs/open.c */
SYSCALL(open, const char __user *name, int flags, umode_t mode)
SYSCALL(creat, const char __user *name, umode_t mode)
SYSCALL(openat, int dfd, const char __user *name, int flags, umode_t mode)
SYSCALL(truncate, const char __user *name, long len)
SYSCALL(ftruncate, unsigned int fd, unsigned long len)
SYSCALL(access, const char __user *name, int mode)
SYSCALL(faccessat, int dfd, const char __user *name, int mode)
SYSCALL(faccessat2, int dfd, const char __user *name, int mode, int flags)
SYSCALL(chdir, const char __user *name)
SYSCALL(fchdir, unsigned int fd)
SYSCALL(chroot, const char __user *name)
SYSCALL(chmod, const char __user *name, umode_t mode)
SYSCALL(fchmod, unsigned int fd, umode_t mode)
SYSCALL(fchmodat, int dfd, const char __user *name, umode_t mode)
SYSCALL(chown, const char __user *name, uid_t uid, gid_t gid)
SYSCALL(lchown, const char __user *name, uid_t uid, gid_t gid)
SYSCALL(fchown, unsigned int fd, uid_t uid, gid_t gid)
SYSCALL(fchownat, int dfd, const char __user *name, uid_t uid, gid_t gid, int flags)
SYSCALL(utime, const char __user *name, struct utimbuf __user *times)
SYSCALL(utimes, const char __user *name, struct __kernel_old_timeval __user *tv)
SYSCALL(futimesat, int dfd, const char __user *name, struct __kernel_old_timeval __user *tv)
SYSCALL(utimensat, int dfd, const char __user *name, struct __kernel_timespec __user *ts, int flags)
SYSCALL(umask, int mask)
/* fs/file.c */
SYSCALL(close, unsigned int fd)
SYSCALL(dup, unsigned int fd)
SYSCALL(dup2, unsigned int from, unsigned int to)
SYSCALL(dup3, unsigned int from, unsigned int to, int flags)
/* fs/sync.c */
SYSCALL(sync, void)
SYSCALL(syncfs, int fd)
SYSCALL(fsync, unsigned int fd)
SYSCALL(fadvise64, int fd, loff_t off, size_t len, int advice)
/* partial: effects: the advice is checked only */
SYSCALL(fdatasync, unsigned int fd)
SYSCALL(sync_file_range, int fd, loff_t off, loff_t len, unsigned int flags)
SYSCALL(readahead, int fd, loff_t off, size_t n)
/* fs/dirops.c */
SYSCALL(mkdir, const char __user *name, umode_t mode)
SYSCALL(mkdirat, int dfd, const char __user *name, umode_t mode)
SYSCALL(mknod, const char __user *name, umode_t mode, unsigned int dev)
SYSCALL(mknodat, int dfd, const char __user *name, umode_t mode, unsigned int dev)
SYSCALL(rmdir, const char __user *name)
SYSCALL(unlink, const char __user *name)
SYSCALL(unlinkat, int dfd, const char __user *name, int flag)
SYSCALL(symlink, const char __user *target, const char __user *name)
SYSCALL(symlinkat, const char __user *target, int dfd, const char __user *name)
SYSCALL(link, const char __user *old, const char __user *name)
SYSCALL(linkat, int odfd, const char __user *old, int ndfd, const char __user *name, int flags)
SYSCALL(rename, const char __user *old, const char __user *name)
SYSCALL(renameat, int odfd, const char __user *old, int ndfd, const char __user *name)
SYSCALL(renameat2, int odfd, const char __user *old, int ndfd, const char __user *name,
	unsigned int flags)
/* fs/stat.c */
SYSCALL(stat, const char __user *name, struct stat __user *st)
SYSCALL(lstat, const char __user *name, struct stat __user *st)
SYSCALL(fstat, unsigned int fd, struct stat __user *st)
SYSCALL(newfstatat, int dfd, const char __user *name, struct stat __user *st, int flags)
SYSCALL(statx, int dfd, const char __user *name, unsigned int flags, unsigned int mask,
	struct statx __user *st)
/* partial: birth time, attributes but STATX_ATTR_MOUNT_ROOT */
SYSCALL(readlink, const char __user *name, char __user *buf, int n)
SYSCALL(readlinkat, int dfd, const char __user *name, char __user *buf, int n)
SYSCALL(statfs, const char __user *name, struct statfs __user *st)
SYSCALL(fstatfs, unsigned int fd, struct statfs __user *st)
/* fs/readdir.c */
SYSCALL(getcwd, char __user *buf, unsigned long n)
SYSCALL(getdents, unsigned int fd, void __user *buf, unsigned int n)
SYSCALL(getdents64, unsigned int fd, void __user *buf, unsigned int n)
/* fs/fallocate.c */
SYSCALL(fallocate, int fd, int mode, long offset, long len)
/* fs/fcntl.c */
SYSCALL(fcntl, unsigned int fd, unsigned int cmd, unsigned long arg)
/* partial: leases and notes of directories (EINVAL); terminals send no SIGIO */
SYSCALL(flock, unsigned int fd, unsigned int cmd)
SYSCALL(ioctl, unsigned int fd, unsigned int cmd, unsigned long arg)
/* fs/namespace.c */
SYSCALL(mount, char __user *dev, char __user *dir, char __user *type, unsigned long flags,
	const char __user *data)
/* partial: MS_SHARED, options of file systems */
SYSCALL(umount2, char __user *name, int flags)
/* partial: MNT_EXPIRE */
/* fs/xattr.c */
SYSCALL(getxattr, const char __user *path, const char __user *name, void __user *value, size_t size)
/* partial: attributes of files: no file has one; the same for all calls about them */
SYSCALL(lgetxattr, const char __user *path, const char __user *name, void __user *value,
	size_t size)
SYSCALL(fgetxattr, int fd, const char __user *name, void __user *value, size_t size)
SYSCALL(setxattr, const char __user *path, const char __user *name, void __user *value, size_t size,
	unsigned int flags)
SYSCALL(lsetxattr, const char __user *path, const char __user *name, void __user *value,
	size_t size, unsigned int flags)
SYSCALL(fsetxattr, int fd, const char __user *name, void __user *value, size_t size,
	unsigned int flags)
SYSCALL(listxattr, const char __user *path, void __user *value, size_t size)
SYSCALL(llistxattr, const char __user *path, void __user *value, size_t size)
SYSCALL(flistxattr, int fd, void __user *value, size_t size)
SYSCALL(removexattr, const char __user *path, const char __user *name)
SYSCALL(lremovexattr, const char __user *path, const char __user *name)
SYSCALL(fremovexattr, int fd, const char __user *name)
/* fs/pipe.c */
SYSCALL(pipe, int __user *fds)
SYSCALL(pipe2, int __user *fds, int flags)
/* fs/select.c */
SYSCALL(poll, struct pollfd __user *fds, unsigned int n, int timeout_ms)
SYSCALL(ppoll, struct pollfd __user *fds, unsigned int n, struct __kernel_timespec __user *ts,
	const sigset_t __user *mask, size_t sz)
SYSCALL(select, int n, void __user *in, void __user *out, void __user *ex,
	struct __kernel_old_timeval __user *tv)
SYSCALL(pselect6, int n, void __user *in, void __user *out, void __user *ex,
	struct __kernel_timespec __user *ts, void __user *sig)
/* fs/close_range.c */
SYSCALL(close_range, unsigned int first, unsigned int last, unsigned int flags)
/* fs/memfd.c */
SYSCALL(memfd_create, const char __user *name, unsigned int flags)
/* fs/eventfd.c */
SYSCALL(eventfd, unsigned int count)
SYSCALL(eventfd2, unsigned int count, int flags)
/* fs/eventpoll.c */
SYSCALL(epoll_create, int size)
SYSCALL(epoll_create1, int flags)
SYSCALL(epoll_ctl, int epfd, int op, int fd, void __user *event)
SYSCALL(epoll_wait, int epfd, void __user *events, int max, int timeout_ms)
SYSCALL(epoll_pwait, int epfd, void __user *events, int max, int timeout_ms,
	const sigset_t __user *mask, size_t sz)
SYSCALL(epoll_pwait2, int epfd, void __user *events, int max,
	const struct __kernel_timespec __user *ts, const sigset_t __user *mask, size_t sz)
/* fs/signalfd.c */
SYSCALL(signalfd, int fd, const sigset_t __user *mask, size_t sz)
SYSCALL(signalfd4, int fd, const sigset_t __user *mask, size_t sz, int flags)
/* fs/timerfd.c */
SYSCALL(timerfd_create, int clock, int flags)
SYSCALL(timerfd_settime, int fd, int flags, const struct __kernel_itimerspec __user *v,
	struct __kernel_itimerspec __user *old)
SYSCALL(timerfd_gettime, int fd, struct __kernel_itimerspec __user *v)
/* exec/exec.c */
SYSCALL(execve, const char __user *name, const char __user *const __user *argv,
	const char __user *const __user *envp)
SYSCALL(execveat, int dfd, const char __user *name, const char __user *const __user *argv,
	const char __user *const __user *envp, int flags)
/* exec/uselib.c */
SYSCALL(uselib, const char __user *library)
/* mm/mmap.c */
SYSCALL(mmap, unsigned long addr, unsigned long len, unsigned long prot, unsigned long flags,
	unsigned long fd, unsigned long off)
SYSCALL(munmap, unsigned long addr, size_t len)
/* mm/brk.c */
SYSCALL(brk, unsigned long brk)
/* mm/mprotect.c */
SYSCALL(mprotect, unsigned long start, size_t len, unsigned long prot)
/* mm/mremap.c */
SYSCALL(mremap, unsigned long addr, unsigned long old_len, unsigned long new_len,
	unsigned long flags, unsigned long new_addr)
/* mm/madvise.c */
SYSCALL(madvise, unsigned long start, size_t len, int behavior)
/* mm/msync.c */
SYSCALL(msync, unsigned long start, size_t len, int flags)
/* mm/mlock.c */
SYSCALL(mlock, unsigned long start, size_t len)
SYSCALL(mlock2, unsigned long start, size_t len, int flags)
SYSCALL(munlock, unsigned long start, size_t len)
SYSCALL(mlockall, int flags)
SYSCALL(munlockall, void)
/* kernel/mincore.c */
SYSCALL(mincore, unsigned long start, size_t len, unsigned char __user *vec)
/* kernel/futex.c */
SYSCALL(futex, u32 __user *uaddr, int op, u32 val, const struct __kernel_timespec __user *ts,
	u32 __user *uaddr2, u32 val3)
SYSCALL(set_robust_list, void __user *head, size_t len)
SYSCALL(get_robust_list, pid_t pid, void __user *__user *head, size_t __user *len)
/* kernel/rseq.c */
SYSCALL(rseq, struct rseq __user *rseq, u32 len, int flags, u32 sig)
/* kernel/fork.c */
SYSCALL(fork, void)
SYSCALL(vfork, void)
SYSCALL(clone, unsigned long flags, unsigned long sp, int __user *ptid, int __user *ctid,
	unsigned long tls)
/* partial: namespaces (EINVAL) */
SYSCALL(clone3, void __user *args, size_t size)
/* partial: namespaces, cgroups (EINVAL) */
SYSCALL(set_tid_address, int __user *tidptr)
SYSCALL(unshare, unsigned long flags)
/* partial: namespaces (EINVAL) */
/* kernel/exit.c */
SYSCALL(exit, int code)
SYSCALL(exit_group, int code)
SYSCALL(wait4, pid_t pid, int __user *status, int options, void __user *ru)
SYSCALL(waitid, int which, pid_t pid, void __user *info, int options, void __user *ru)
/* kernel/sigcalls.c */
SYSCALL(kill, pid_t pid, int sig)
SYSCALL(tgkill, pid_t tgid, pid_t pid, int sig)
SYSCALL(tkill, pid_t pid, int sig)
SYSCALL(rt_tgsigqueueinfo, pid_t tgid, pid_t pid, int sig, void __user *uinfo)
SYSCALL(rt_sigaction, int sig, const struct sigaction __user *act, struct sigaction __user *old,
	size_t sz)
SYSCALL(rt_sigprocmask, int how, const sigset_t __user *set, sigset_t __user *old, size_t sz)
SYSCALL(rt_sigpending, sigset_t __user *set, size_t sz)
SYSCALL(rt_sigsuspend, const sigset_t __user *set, size_t sz)
SYSCALL(rt_sigtimedwait, const sigset_t __user *set, void __user *info,
	const struct __kernel_timespec __user *ts, size_t sz)
SYSCALL(rt_sigqueueinfo, pid_t pid, int sig, void __user *info)
SYSCALL(sigaltstack, const struct sigaltstack __user *ss, struct sigaltstack __user *old)
SYSCALL(pause, void)
SYSCALL(restart_syscall, void)
/* arch/x86/entry/signal.c */
SYSCALL(rt_sigreturn, void)
/* arch/x86/entry/syscall.c */
SYSCALL(arch_prctl, int option, unsigned long arg)
/* partial: CPUID faults, asking for more of the registers */
/* arch/x86/entry/ioport.c */
SYSCALL(iopl, unsigned int level)
SYSCALL(ioperm, unsigned long from, unsigned long n, int turn_on)
/* arch/x86/entry/modify_ldt.c */
SYSCALL(modify_ldt, int func, void __user *ptr, unsigned long n)
/* kernel/pidfd.c */
SYSCALL(pidfd_open, pid_t pid, unsigned int flags)
SYSCALL(pidfd_send_signal, int fd, int sig, void __user *info, unsigned int flags)
/* partial: a descriptor of /proc/PID (EBADF) */
SYSCALL(pidfd_getfd, int pidfd, int fd, unsigned int flags)
/* kernel/net/socket.c */
SYSCALL(socket, int family, int type, int protocol)
/* partial: all families but AF_UNIX; AF_INET and AF_INET6 are as without any network */
SYSCALL(socketpair, int family, int type, int protocol, int __user *fds)
SYSCALL(bind, int fd, void __user *addr, int len)
SYSCALL(listen, int fd, int backlog)
SYSCALL(accept, int fd, void __user *addr, int __user *len)
SYSCALL(accept4, int fd, void __user *addr, int __user *len, int flags)
SYSCALL(connect, int fd, void __user *addr, int len)
SYSCALL(getsockname, int fd, void __user *addr, int __user *len)
SYSCALL(getpeername, int fd, void __user *addr, int __user *len)
SYSCALL(shutdown, int fd, int how)
/* kernel/net/sockopt.c */
SYSCALL(setsockopt, int fd, int level, int name, const void __user *value, int len)
/* partial: filters, time stamps, marks; options of TCP and IP have no effect */
SYSCALL(getsockopt, int fd, int level, int name, void __user *value, int __user *len)
/* partial: as setsockopt */
/* kernel/net/sendrecv.c */
SYSCALL(sendto, int fd, void __user *buf, size_t n, unsigned int flags, void __user *addr, int len)
SYSCALL(recvfrom, int fd, void __user *buf, size_t n, unsigned int flags, void __user *addr,
	int __user *len)
SYSCALL(sendmsg, int fd, void __user *msg, unsigned int flags)
/* partial: MSG_ZEROCOPY */
SYSCALL(recvmsg, int fd, void __user *msg, unsigned int flags)
/* partial: SO_PEEK_OFF */
SYSCALL(sendmmsg, int fd, void __user *msgs, unsigned int n, unsigned int flags)
SYSCALL(recvmmsg, int fd, void __user *msgs, unsigned int n, unsigned int flags,
	struct __kernel_timespec __user *timeout)
/* kernel/timex.c */
SYSCALL(adjtimex, void __user *tx)
/* partial: what is set is kept, and does not change how the clock runs */
SYSCALL(clock_adjtime, int clock, void __user *tx)
/* partial: as adjtimex */
/* kernel/membarrier.c */
SYSCALL(membarrier, int cmd, unsigned int flags, int cpu)
/* kernel/time.c */
SYSCALL(nanosleep, struct __kernel_timespec __user *req, struct __kernel_timespec __user *rem)
SYSCALL(clock_nanosleep, int clock, int flags, const struct __kernel_timespec __user *req,
	struct __kernel_timespec __user *rem)
SYSCALL(clock_gettime, int clock, struct __kernel_timespec __user *ts)
SYSCALL(clock_settime, int clock, const struct __kernel_timespec __user *ts)
SYSCALL(clock_getres, int clock, struct __kernel_timespec __user *ts)
SYSCALL(settimeofday, struct __kernel_old_timeval __user *tv, void __user *tz)
SYSCALL(gettimeofday, struct __kernel_old_timeval __user *tv, void __user *tz)
SYSCALL(time, __kernel_old_time_t __user *t)
SYSCALL(times, void __user *buf)
SYSCALL(alarm, unsigned int seconds)
SYSCALL(getitimer, int which, struct __kernel_old_itimerval __user *v)
SYSCALL(setitimer, int which, struct __kernel_old_itimerval __user *v,
	struct __kernel_old_itimerval __user *old)
/* kernel/task/posix_timers.c */
SYSCALL(timer_create, int clock, void __user *ev, int __user *id)
SYSCALL(timer_settime, int id, int flags, const struct __kernel_itimerspec __user *v,
	struct __kernel_itimerspec __user *old)
SYSCALL(timer_gettime, int id, struct __kernel_itimerspec __user *v)
SYSCALL(timer_getoverrun, int id)
SYSCALL(timer_delete, int id)
/* kernel/ids.c */
SYSCALL(getpid, void)
SYSCALL(gettid, void)
SYSCALL(getppid, void)
SYSCALL(getuid, void)
SYSCALL(geteuid, void)
SYSCALL(getgid, void)
SYSCALL(getegid, void)
SYSCALL(setuid, uid_t uid)
SYSCALL(setgid, gid_t gid)
SYSCALL(setreuid, uid_t r, uid_t e)
SYSCALL(setregid, gid_t r, gid_t e)
SYSCALL(setresuid, uid_t r, uid_t e, uid_t s)
SYSCALL(setresgid, gid_t r, gid_t e, gid_t s)
SYSCALL(setfsuid, uid_t uid)
SYSCALL(setfsgid, gid_t gid)
SYSCALL(getresuid, uid_t __user *r, uid_t __user *e, uid_t __user *s)
SYSCALL(getresgid, gid_t __user *r, gid_t __user *e, gid_t __user *s)
SYSCALL(getgroups, int n, gid_t __user *list)
SYSCALL(setgroups, int n, gid_t __user *list)
SYSCALL(setpgid, pid_t pid, pid_t pgid)
SYSCALL(getpgid, pid_t pid)
SYSCALL(getpgrp, void)
SYSCALL(setsid, void)
SYSCALL(getsid, pid_t pid)
/* kernel/capability.c */
SYSCALL(capget, cap_user_header_t header, cap_user_data_t data)
SYSCALL(capset, cap_user_header_t header, const cap_user_data_t data)
/* kernel/resource.c */
SYSCALL(getrlimit, unsigned int res, struct rlimit __user *r)
SYSCALL(setrlimit, unsigned int res, struct rlimit __user *r)
SYSCALL(prlimit64, pid_t pid, unsigned int res, const struct rlimit64 __user *new_r,
	struct rlimit64 __user *old)
SYSCALL(getrusage, int who, void __user *ru)
SYSCALL(getpriority, int which, int who)
SYSCALL(setpriority, int which, int who, int nice)
/* kernel/schedcalls.c */
SYSCALL(sched_yield, void)
SYSCALL(sched_setscheduler, pid_t pid, int policy, const struct sched_param __user *param)
SYSCALL(sched_getscheduler, pid_t pid)
SYSCALL(sched_setparam, pid_t pid, const struct sched_param __user *param)
SYSCALL(sched_getparam, pid_t pid, struct sched_param __user *param)
SYSCALL(sched_setattr, pid_t pid, struct sched_attr __user *attr, unsigned int flags)
SYSCALL(sched_getattr, pid_t pid, struct sched_attr __user *attr, unsigned int size,
	unsigned int flags)
SYSCALL(ioprio_set, int which, int who, int ioprio)
/* partial: groups and users (EINVAL); no file waits for a disk, so it has no effect */
SYSCALL(ioprio_get, int which, int who)
/* partial: groups and users (EINVAL) */
SYSCALL(sched_get_priority_max, int policy)
SYSCALL(sched_get_priority_min, int policy)
SYSCALL(sched_rr_get_interval, pid_t pid, struct __kernel_timespec __user *ts)
SYSCALL(sched_setaffinity, pid_t pid, unsigned int n, const unsigned long __user *mask)
SYSCALL(sched_getaffinity, pid_t pid, unsigned int n, unsigned long __user *mask)
/* kernel/sys.c */
SYSCALL(uname, void __user *name)
SYSCALL(sethostname, char __user *name, int n)
SYSCALL(setdomainname, char __user *name, int n)
SYSCALL(sysinfo, void __user *info)
SYSCALL(syslog, int type, char __user *buf, int n)
/* partial: what dmesg does not use */
SYSCALL(prctl, int option, unsigned long a2, unsigned long a3, unsigned long a4, unsigned long a5)
/* partial: seccomp, fields of the mm, speculation and others (EINVAL); timer slack is kept */
SYSCALL(personality, unsigned int p)
/* partial: bits that do not change the layout are kept and do nothing */
SYSCALL(getrandom, char __user *buf, size_t n, unsigned int flags)
SYSCALL(getcpu, unsigned int __user *cpu, unsigned int __user *node, void __user *unused)
SYSCALL(reboot, int magic1, int magic2, unsigned int cmd, void __user *arg)
