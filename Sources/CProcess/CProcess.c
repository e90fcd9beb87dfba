// In C because these extensions of glibc are hidden from Swift, which sees headers without _GNU_SOURCE.
#define _GNU_SOURCE
#include "CProcess.h"

#include <errno.h>
#include <fcntl.h>
#ifdef __linux__
#include <link.h>
#endif
#include <malloc.h>
#include <signal.h>
#include <stdint.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

static struct rlimit given_files;
static int has_raised_files;

void aviary_raise_file_limit(void) {
    struct rlimit limit;
    if (has_raised_files || getrlimit(RLIMIT_NOFILE, &limit)) return;
    // Enough for all connections that the proxy takes. Where a kernel can't close descriptors in one go, those who
    // start programs go through all that there could be, and a limit may be a billion.
    const rlim_t enough = 1 << 16;
    if (limit.rlim_cur >= enough) return;
    given_files = limit;
    limit.rlim_cur = limit.rlim_max < enough ? limit.rlim_max : enough;
    if (!setrlimit(RLIMIT_NOFILE, &limit)) has_raised_files = 1;
}

static int prepare(posix_spawn_file_actions_t *actions, posix_spawnattr_t *attributes,
                   const char *directory, int output) {
    sigset_t all, none;
    sigfillset(&all);
    sigemptyset(&none);
    int failed = posix_spawnattr_setsigdefault(attributes, &all);
    if (!failed) failed = posix_spawnattr_setsigmask(attributes, &none);
    if (!failed)
        failed = posix_spawnattr_setflags(
            attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    if (!failed && directory) failed = posix_spawn_file_actions_addchdir_np(actions, directory);
    if (!failed)
        failed = posix_spawn_file_actions_addopen(actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (!failed) failed = posix_spawn_file_actions_adddup2(actions, output, STDOUT_FILENO);
    if (!failed) failed = posix_spawn_file_actions_adddup2(actions, output, STDERR_FILENO);
    if (!failed) failed = posix_spawn_file_actions_addclosefrom_np(actions, STDERR_FILENO + 1);
    return failed;
}

int aviary_spawn(pid_t *pid, const char *path, char *const arguments[], char *const environment[],
                 const char *directory, int output) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int failed = posix_spawn_file_actions_init(&actions);
    if (failed) return failed;
    failed = posix_spawnattr_init(&attributes);
    if (failed) {
        posix_spawn_file_actions_destroy(&actions);
        return failed;
    }
    failed = prepare(&actions, &attributes, directory, output);
    if (!failed) failed = posix_spawn(pid, path, &actions, &attributes, arguments, environment);
#ifdef __linux__
    if (!failed && has_raised_files) prlimit(*pid, RLIMIT_NOFILE, &given_files, NULL);
#endif
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return failed;
}

int aviary_pidfd_open(pid_t pid) {
    return (int)syscall(SYS_pidfd_open, pid, 0);
}

void aviary_keep_heap_small(void) {
#ifdef __GLIBC__
    mallopt(M_ARENA_MAX, 1);
    // Setting it stops glibc from raising it, which would leave room for each large answer in the heap for good.
    mallopt(M_MMAP_THRESHOLD, 128 * 1024);
    mallopt(M_TRIM_THRESHOLD, 256 * 1024);
#endif
}

void aviary_trim_heap(void) {
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}

#ifdef __linux__
static int unmap(struct dl_phdr_info *object, size_t size, void *unused) {
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    for (int index = 0; index < object->dlpi_phnum; index++) {
        const ElfW(Phdr) *segment = &object->dlpi_phdr[index];
        // What can't be written is as in the file; relocations are in segments that can.
        if (segment->p_type != PT_LOAD || segment->p_flags & PF_W) continue;
        uintptr_t start = object->dlpi_addr + segment->p_vaddr;
        uintptr_t end = (start + segment->p_memsz) & ~(page - 1);
        start = (start + page - 1) & ~(page - 1);
        if (end > start) madvise((void *)start, end - start, MADV_DONTNEED);
    }
    return 1; // The program is the first object; its libraries are shared with others.
}
#endif

void aviary_unmap_idle_program(void) {
#ifdef __linux__
    dl_iterate_phdr(unmap, NULL);
#endif
}
