/* Stands between a process and its disk: preloaded, it counts the calls that change files in given rooms, and kills the
 * process at one of them, lets the disk be full or fail from one of them on, or writes all of them down for a replay.
 *
 * Built and driven by tests/faults/shim.py. Unarmed it does nothing. Reading is never disturbed.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum { OFF, COUNT, KILL, TORN, FULL, BROKEN, LOG };

static int mode = OFF, failure = 0, journal = -1, tripped = 0, rooms = 0;
static long at = 0, calls = 0;
static char room[4][PATH_MAX];

#define NEXT(type, name, ...) \
    static type (*next)(__VA_ARGS__); \
    if (!next) next = (type (*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name)

static ssize_t plain_write(int fd, const void *data, size_t size) {
    NEXT(ssize_t, write, int, const void *, size_t);
    return next(fd, data, size);
}

/* Begin: calls that change files below `where` (paths parted by newlines) count from 1; `what` happens at call `k`. */
void valise_faults_arm(const char *where, int what, long k, int error, int log) {
    rooms = 0;
    while (*where && rooms < 4) {
        size_t length = strcspn(where, "\n");
        snprintf(room[rooms++], PATH_MAX, "%.*s", (int)length, where);
        where += length + (where[length] == '\n');
    }
    mode = what, at = k, failure = error, journal = log, calls = 0, tripped = 0;
}

void valise_faults_disarm(void) { mode = OFF; }
long valise_faults_calls(void) { return calls; }

static int inside(const char *path) {
    for (int i = 0; i < rooms; i++) {
        size_t length = strlen(room[i]);
        if (!strncmp(path, room[i], length) && (!path[length] || path[length] == '/' || path[length] == '-')) return 1;
    }
    return 0;
}

static const char *named(int fd, char *path) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    path[length < 0 ? 0 : length] = 0;
    return path;
}

static const char *joined(int dir, const char *name, char *path) {
    char base[PATH_MAX];
    if (name[0] == '/') {
        snprintf(path, PATH_MAX, "%s", name);
        return path;
    }
    if (dir == AT_FDCWD) {
        if (!getcwd(base, sizeof base)) base[0] = 0;
    } else named(dir, base);
    if (snprintf(path, PATH_MAX, "%s/%s", base, name) >= PATH_MAX) path[0] = 0;
    return path;
}

/* One line of the journal: a letter, two paths, an offset or length, and bytes. */
static void note(char what, const char *path, const char *other, int64_t where, const void *data, size_t size) {
    struct __attribute__((packed)) { char what; uint16_t path, other; int64_t where; uint64_t size; } head = {
        what, (uint16_t)strlen(path), (uint16_t)strlen(other), where, size};
    plain_write(journal, &head, sizeof head);
    plain_write(journal, path, head.path);
    plain_write(journal, other, head.other);
    if (size) plain_write(journal, data, size);
}

void valise_faults_mark(const char *text) {
    if (mode == LOG) note('M', text, "", 0, "", 0);
}

/* Counts a call. `takes`: whether it needs room on the disk. -1: it fails with errno; 1: only half of it is done. */
static int meet(char what, const char *path, int takes, size_t size) {
    if (mode == OFF || mode == LOG || !inside(path)) return 0;
    long k = ++calls;
    if (mode == COUNT && journal >= 0) note(what, path, "", k, "", 0);
    if (mode == COUNT || k < at) return 0;
    if (mode == KILL && k == at) kill(getpid(), SIGKILL);
    if (mode == TORN && k == at) {
        if (size < 2) kill(getpid(), SIGKILL);
        return 1;
    }
    if (mode == FULL && takes) {
        int first = !tripped;
        tripped = 1;
        if (first && size > 1) return 1;
        errno = failure;
        return -1;
    }
    if (mode == BROKEN && k == at) {
        errno = failure;
        return -1;
    }
    return 0;
}

static int journalled(const char *path) { return mode == LOG && inside(path); }

static ssize_t half(int fd, const void *data, size_t size, off_t where, int placed) {
    NEXT(ssize_t, pwrite64, int, const void *, size_t, off_t);
    ssize_t done = placed ? next(fd, data, size / 2, where) : plain_write(fd, data, size / 2);
    if (mode == TORN) kill(getpid(), SIGKILL);
    return done;
}

ssize_t write(int fd, const void *data, size_t size) {
    if (mode == OFF) return plain_write(fd, data, size);
    char path[PATH_MAX];
    int met = meet('W', named(fd, path), 1, size);
    if (met < 0) return -1;
    if (met > 0) return half(fd, data, size, 0, 0);
    int64_t where = -1;
    if (journalled(path)) where = fcntl(fd, F_GETFL) & O_APPEND ? lseek(fd, 0, SEEK_END) : lseek(fd, 0, SEEK_CUR);
    ssize_t done = plain_write(fd, data, size);
    if (where >= 0 && done > 0) note('W', path, "", where, data, done);
    return done;
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
    NEXT(ssize_t, writev, int, const struct iovec *, int);
    if (mode == OFF) return next(fd, parts, count);
    ssize_t all = 0;
    for (int i = 0; i < count; i++) {
        ssize_t done = write(fd, parts[i].iov_base, parts[i].iov_len);
        if (done < 0) return all ? all : -1;
        all += done;
        if ((size_t)done < parts[i].iov_len) break;
    }
    return all;
}

static ssize_t placed(int fd, const void *data, size_t size, off_t where) {
    NEXT(ssize_t, pwrite64, int, const void *, size_t, off_t);
    if (mode == OFF) return next(fd, data, size, where);
    char path[PATH_MAX];
    int met = meet('W', named(fd, path), 1, size);
    if (met < 0) return -1;
    if (met > 0) return half(fd, data, size, where, 1);
    ssize_t done = next(fd, data, size, where);
    if (done > 0 && journalled(path)) note('W', path, "", where, data, done);
    return done;
}
ssize_t pwrite(int fd, const void *data, size_t size, off_t where) { return placed(fd, data, size, where); }
ssize_t pwrite64(int fd, const void *data, size_t size, off_t where) { return placed(fd, data, size, where); }

static int cut(int fd, off_t length) {
    NEXT(int, ftruncate64, int, off_t);
    if (mode == OFF) return next(fd, length);
    char path[PATH_MAX];
    if (meet('T', named(fd, path), 0, 0) < 0) return -1;
    int done = next(fd, length);
    if (!done && journalled(path)) note('T', path, "", length, "", 0);
    return done;
}
int ftruncate(int fd, off_t length) { return cut(fd, length); }
int ftruncate64(int fd, off_t length) { return cut(fd, length); }

#define SYNC(name) \
    int name(int fd) { \
        NEXT(int, name, int); \
        if (mode == OFF) return next(fd); \
        char path[PATH_MAX]; \
        if (meet('S', named(fd, path), 0, 0) < 0) return -1; \
        if (journalled(path)) note('S', path, "", 0, "", 0); \
        return inside(path) ? 0 : next(fd); /* what is killed lives on in the page cache: no need to wait for a disk */ \
    }
SYNC(fsync)
SYNC(fdatasync)

static int begins(int dir, const char *name, int flags, char *path) {
    if (mode == OFF || !(flags & (O_CREAT | O_TRUNC))) return 0;
    struct stat found;
    int there = !fstatat(dir, name, &found, 0);
    if (there && !(flags & O_TRUNC)) return 0;
    if (meet('C', joined(dir, name, path), 1, 0) < 0) return -1;
    return !journalled(path) ? 0 : there ? 2 : 1;
}

#define OPEN(name, NAMES, dir, ...) \
    int name(NAMES const char *file, int flags, ...) { \
        va_list more; \
        va_start(more, flags); \
        mode_t rights = flags & (O_CREAT | O_TMPFILE) ? va_arg(more, mode_t) : 0; \
        va_end(more); \
        NEXT(int, name, NAMES const char *, int, ...); \
        char path[PATH_MAX]; \
        int begun = begins(dir, file, flags, path); \
        if (begun < 0) return -1; \
        int fd = next(__VA_ARGS__ file, flags, rights); \
        if (fd >= 0 && begun == 1) note('C', path, "", 0, "", 0); \
        if (fd >= 0 && begun == 2) note('T', path, "", 0, "", 0); \
        return fd; \
    }
#define AT int dir_fd,
OPEN(open, , AT_FDCWD, )
OPEN(open64, , AT_FDCWD, )
OPEN(openat, AT, dir_fd, dir_fd,)
OPEN(openat64, AT, dir_fd, dir_fd,)

static int moved(int from_dir, const char *from, int to_dir, const char *to) {
    NEXT(int, renameat, int, const char *, int, const char *);
    char path[PATH_MAX], target[PATH_MAX];
    if (mode == OFF) return next(from_dir, from, to_dir, to);
    joined(from_dir, from, path);
    if (meet('R', joined(to_dir, to, target), 1, 0) < 0) return -1;
    int done = next(from_dir, from, to_dir, to);
    if (!done && journalled(target)) note('R', path, target, 0, "", 0);
    return done;
}
int rename(const char *from, const char *to) { return moved(AT_FDCWD, from, AT_FDCWD, to); }
int renameat(int a, const char *from, int b, const char *to) { return moved(a, from, b, to); }

static int removed(int dir, const char *name, int flags) {
    NEXT(int, unlinkat, int, const char *, int);
    char path[PATH_MAX];
    if (mode == OFF) return next(dir, name, flags);
    struct stat found;
    if (!fstatat(dir, name, &found, AT_SYMLINK_NOFOLLOW) && meet('U', joined(dir, name, path), 0, 0) < 0) return -1;
    int done = next(dir, name, flags);
    if (!done && journalled(path)) note('U', path, "", 0, "", 0);
    return done;
}
int unlink(const char *name) { return removed(AT_FDCWD, name, 0); }
int unlinkat(int dir, const char *name, int flags) { return removed(dir, name, flags); }
int rmdir(const char *name) { return removed(AT_FDCWD, name, AT_REMOVEDIR); }

static int made(int dir, const char *name, mode_t rights) {
    NEXT(int, mkdirat, int, const char *, mode_t);
    char path[PATH_MAX];
    if (mode == OFF) return next(dir, name, rights);
    struct stat found;
    if (fstatat(dir, name, &found, 0) && meet('D', joined(dir, name, path), 1, 0) < 0) return -1;
    int done = next(dir, name, rights);
    if (!done && journalled(path)) note('D', path, "", 0, "", 0);
    return done;
}
int mkdir(const char *name, mode_t rights) { return made(AT_FDCWD, name, rights); }
int mkdirat(int dir, const char *name, mode_t rights) { return made(dir, name, rights); }

/* Copies inside the kernel would go past the journal: Python falls back to reading and writing. */
ssize_t sendfile(int out, int in, off_t *offset, size_t size) {
    NEXT(ssize_t, sendfile, int, int, off_t *, size_t);
    if (mode == OFF) return next(out, in, offset, size);
    errno = ENOTSOCK;
    return -1;
}
