#ifndef AVIARY_CPROCESS_H
#define AVIARY_CPROCESS_H

#include <sys/types.h>

/// Starts `path` as the leader of its own session and process group, with `output` as its standard
/// output and error, nothing as its input, default signal handling and no other open descriptor.
/// Returns 0 and sets `pid`, or an errno value; a failed chdir or exec is reported here too.
int aviary_spawn(pid_t *pid, const char *path, char *const arguments[], char *const environment[],
                 const char *directory, int output);

/// Lets this process open as many files and connections as it may, 65,536 at most. What `aviary_spawn` starts has the limit
/// of before, since some programs walk through all descriptors that they could have. To be called before other threads are
/// there.
void aviary_raise_file_limit(void);

/// A descriptor that becomes readable when process `pid` exits; -1 with errno set on failure.
int aviary_pidfd_open(pid_t pid);

/// Prefers a small heap to a fast one: one arena for all threads, and blocks of 128 KiB and more are given back to the
/// system when they are freed. To be called before other threads allocate. Does nothing where the allocator is not glibc's.
void aviary_keep_heap_small(void);

/// Gives free pages in the middle of the heap back to the system; takes some milliseconds. Does nothing where the allocator
/// is not glibc's.
void aviary_trim_heap(void);

/// Lets go of the pages of this program's code and constants; those that are still used are mapped again, from the page
/// cache, when they are touched. Costs some hundred minor faults. Does nothing but on Linux.
void aviary_unmap_idle_program(void);

#endif
