/* A disk that fails, between a process and its files: loaded with LD_PRELOAD by faults.py, which compiles it.
 *
 * Calls on files below one folder are counted. At a chosen one the process is killed, or the call fails, or half of what was to be
 * written is. Whatever succeeds can be recorded, so that faults.py can make the disks that a power cut may leave. SQLite, Python and
 * Arrow all come through here, because they call the C library by name.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { NOTHING, KILL, FAIL, SHORT };                                        /* what happens at the chosen call */
enum { MAKE = 1, WRITE = 2, SYNC = 4, NAME = 8, REMOVE = 16, READ = 32 };   /* kinds of calls, as a mask */

static char root[PATH_MAX];
static size_t root_length;
static long counted, chosen;
static int action, error_number, kinds, once, record = -1;
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;

void faults_arm(const char *folder, int what, int number, int mask, long nth, int only_once, int recorder)
{
    snprintf(root, sizeof root, "%s", folder);
    root_length = strlen(root);
    counted = 0;
    action = what, error_number = number, kinds = mask, chosen = nth, once = only_once, record = recorder;
}

long faults_counted(void) { return counted; }

static int below(const char *path)
{
    return root_length && !strncmp(path, root, root_length) && (path[root_length] == '/' || !path[root_length]);
}

static int path_of(int descriptor, char *path)
{
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    path[length < 0 ? 0 : length] = 0;
    return below(path);
}

/* A full path; those given are relative to the working folder at most. */
static const char *full(int folder, const char *path, char *made)
{
    if (path[0] == '/' || folder != AT_FDCWD || !getcwd(made, PATH_MAX)) return path;
    strncat(made, "/", PATH_MAX - strlen(made) - 1);
    return strncat(made, path, PATH_MAX - strlen(made) - 1);
}

/* 0: go on; 1: half of it; -1: fail, errno is set. */
static int happens(int kind)
{
    if (!(kind & kinds)) return 0;
    pthread_mutex_lock(&turn);
    long now = ++counted;
    pthread_mutex_unlock(&turn);
    if (action == NOTHING || now < chosen || (once && now > chosen)) return 0;
    if (action == KILL) kill(getpid(), SIGKILL);
    if (action == SHORT) return kind == WRITE;
    errno = error_number;
    return -1;
}

static void note(char what, const char *path, const void *data, size_t length, long place)
{
    if (record < 0) return;
    char head[PATH_MAX + 128];
    int size = snprintf(head, sizeof head, "%c %zu %zu %ld\n%s", what, strlen(path), length, place, path);
    pthread_mutex_lock(&turn);
    syscall(SYS_write, record, head, size);
    if (length) syscall(SYS_write, record, data, length);
    pthread_mutex_unlock(&turn);
}

#define REAL(result, name, ...) static result (*real)(__VA_ARGS__); if (!real) real = dlsym(RTLD_NEXT, name)

static int opened(int folder, const char *given, int flags, mode_t mode)
{
    REAL(int, "openat", int, const char *, int, ...);
    char made[PATH_MAX];
    const char *path = full(folder, given, made);
    if (!below(path) || (flags & O_ACCMODE) == O_RDONLY) return real(folder, given, flags, mode);
    struct stat before;
    int there = !stat(path, &before);
    if (happens(MAKE) < 0) return -1;
    int descriptor = real(folder, given, flags, mode);
    if (descriptor >= 0 && !there) note('c', path, NULL, 0, 0);
    if (descriptor >= 0 && there && (flags & O_TRUNC)) note('t', path, NULL, 0, 0);
    return descriptor;
}

#define MODE mode_t mode = 0; if (flags & (O_CREAT | O_TMPFILE)) { va_list rest; va_start(rest, flags); mode = va_arg(rest, int); va_end(rest); }
int open(const char *path, int flags, ...) { MODE return opened(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE return opened(AT_FDCWD, path, flags, mode); }
int openat(int folder, const char *path, int flags, ...) { MODE return opened(folder, path, flags, mode); }
int openat64(int folder, const char *path, int flags, ...) { MODE return opened(folder, path, flags, mode); }

ssize_t write(int descriptor, const void *data, size_t length)
{
    REAL(ssize_t, "write", int, const void *, size_t);
    char path[PATH_MAX];
    if (!path_of(descriptor, path)) return real(descriptor, data, length);
    int how = happens(WRITE);
    if (how < 0) return -1;
    off_t place = lseek(descriptor, 0, SEEK_CUR);
    ssize_t done = real(descriptor, data, how && length > 1 ? length / 2 : length);
    if (done > 0) note('w', path, data, done, place);
    return done;
}

static ssize_t written_at(int descriptor, const void *data, size_t length, off_t place)
{
    REAL(ssize_t, "pwrite64", int, const void *, size_t, off_t);
    char path[PATH_MAX];
    if (!path_of(descriptor, path)) return real(descriptor, data, length, place);
    int how = happens(WRITE);
    if (how < 0) return -1;
    ssize_t done = real(descriptor, data, how && length > 1 ? length / 2 : length, place);
    if (done > 0) note('w', path, data, done, place);
    return done;
}
ssize_t pwrite(int descriptor, const void *data, size_t length, off_t place) { return written_at(descriptor, data, length, place); }
ssize_t pwrite64(int descriptor, const void *data, size_t length, off_t place) { return written_at(descriptor, data, length, place); }

ssize_t read(int descriptor, void *data, size_t length)
{
    REAL(ssize_t, "read", int, void *, size_t);
    char path[PATH_MAX];
    if ((kinds & READ) && path_of(descriptor, path) && happens(READ) < 0) return -1;
    return real(descriptor, data, length);
}

static ssize_t read_at(int descriptor, void *data, size_t length, off_t place)
{
    REAL(ssize_t, "pread64", int, void *, size_t, off_t);
    char path[PATH_MAX];
    if ((kinds & READ) && path_of(descriptor, path) && happens(READ) < 0) return -1;
    return real(descriptor, data, length, place);
}
ssize_t pread(int descriptor, void *data, size_t length, off_t place) { return read_at(descriptor, data, length, place); }
ssize_t pread64(int descriptor, void *data, size_t length, off_t place) { return read_at(descriptor, data, length, place); }

static int synced(int descriptor, const char *name)
{
    int (*real)(int) = dlsym(RTLD_NEXT, name);
    char path[PATH_MAX];
    if (!path_of(descriptor, path)) return real(descriptor);
    if (happens(SYNC) < 0) return -1;
    int done = real(descriptor);
    if (!done) note('s', path, NULL, 0, 0);
    return done;
}
int fsync(int descriptor) { return synced(descriptor, "fsync"); }
int fdatasync(int descriptor) { return synced(descriptor, "fdatasync"); }

static int cut(int descriptor, off_t length)
{
    REAL(int, "ftruncate64", int, off_t);
    char path[PATH_MAX];
    if (!path_of(descriptor, path)) return real(descriptor, length);
    if (happens(REMOVE) < 0) return -1;
    int done = real(descriptor, length);
    if (!done) note('t', path, NULL, 0, length);
    return done;
}
int ftruncate(int descriptor, off_t length) { return cut(descriptor, length); }
int ftruncate64(int descriptor, off_t length) { return cut(descriptor, length); }

int rename(const char *from, const char *to)
{
    REAL(int, "rename", const char *, const char *);
    char made[PATH_MAX], made_too[PATH_MAX];
    const char *old = full(AT_FDCWD, from, made), *new = full(AT_FDCWD, to, made_too);
    if (!below(new)) return real(from, to);
    if (happens(NAME) < 0) return -1;
    int done = real(from, to);
    if (!done) note('r', old, new, strlen(new), 0);
    return done;
}

static int on_a_path(const char *given, int kind, char letter, int (*real)(const char *, mode_t), mode_t mode)
{
    char made[PATH_MAX];
    const char *path = full(AT_FDCWD, given, made);
    if (!below(path)) return real(given, mode);
    if (happens(kind) < 0) return -1;
    int done = real(given, mode);
    if (!done) note(letter, path, NULL, 0, 0);
    return done;
}
/* a second argument that a function of one argument does not look at is harmless in the calling conventions of Linux */
int unlink(const char *path) { return on_a_path(path, REMOVE, 'u', dlsym(RTLD_NEXT, "unlink"), 0); }
int rmdir(const char *path) { return on_a_path(path, REMOVE, 'u', dlsym(RTLD_NEXT, "rmdir"), 0); }
int mkdir(const char *path, mode_t mode) { return on_a_path(path, MAKE, 'm', dlsym(RTLD_NEXT, "mkdir"), mode); }
