/*
 * The launcher: the static program around the packed one.
 *
 * It unpacks the folder that PyInstaller made below the temporary directory and becomes the
 * program in it. Every process of the program holds a shared lock on the folder: one that starts
 * meanwhile runs from the same folder, and the last one to end removes it (entry.py). What a killed
 * program left is not locked, and the next start removes it. Where the folder's name is taken by
 * anything but a private folder of this user, the program has one of a random name for itself.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <zstd.h>

#define PROGRAM "bambleweeny"
#define LOCK "_BAMBLEWEENY_UNPACKED"

extern const char payload[], payload_end[]; /* a tar file, packed by zstd (payload.S) */

struct header { /* of a file in a tar file */
    char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], checksum[8], type, link[100], rest[255];
};

static const char *place; /* the temporary directory */
static char folder[PATH_MAX]; /* where the program is unpacked */
static int is_unpacking;

static int remove_one(const char *path, const struct stat *state, int type, struct FTW *walk) {
    (void)state, (void)type;
    return walk->level == 0 ? 0 : remove(path);
}

static void empty(const char *directory) { nftw(directory, remove_one, 16, FTW_DEPTH | FTW_PHYS); }

static _Noreturn void fail(const char *sentence) {
    if (is_unpacking) {
        empty(folder);
        rmdir(folder);
    }
    fprintf(stderr, PROGRAM ": %s: %s; set TMPDIR to another directory.\n", place, sentence);
    exit(1);
}

static _Noreturn void fail_for_errno(void) {
    char sentence[200];
    if (errno == ENOSPC || errno == EDQUOT)
        snprintf(sentence, sizeof sentence, "there is no room for the %llu MB that the program unpacks",
                 ZSTD_getFrameContentSize(payload, payload_end - payload) / 1000000 + 1);
    else
        snprintf(sentence, sizeof sentence, "the program cannot be unpacked (%s)", strerror(errno));
    fail(sentence);
}

/* Open a folder of ours; -1 where it is gone or somebody else's. */
static int open_own(const char *path) {
    struct stat state;
    int directory = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    if (directory >= 0 && (fstat(directory, &state) || state.st_uid != geteuid() || state.st_mode & 077)) {
        close(directory);
        errno = EPERM;
        return -1;
    }
    return directory;
}

/* Remove what killed programs of this user left, of this build or another. */
static void remove_leftovers(void) {
    char prefix[64], path[PATH_MAX];
    struct dirent *entry;
    DIR *entries = opendir(place);
    if (!entries) return;
    snprintf(prefix, sizeof prefix, PROGRAM "-%u-", geteuid());
    while ((entry = readdir(entries))) {
        if (strncmp(entry->d_name, prefix, strlen(prefix))) continue;
        snprintf(path, sizeof path, "%s/%s", place, entry->d_name);
        int directory = strcmp(path, folder) ? open_own(path) : -1;
        if (directory < 0) continue;
        if (!flock(directory, LOCK_EX | LOCK_NB)) {
            empty(path);
            rmdir(path);
        }
        close(directory);
    }
    closedir(entries);
}

static void write_file(int directory, const struct header *file, size_t size) {
    const char *rest = (const char *)(file + 1), *end = rest + size;
    int out = openat(directory, file->name, O_WRONLY | O_CREAT | O_TRUNC, strtoul(file->mode, NULL, 8));
    if (out < 0) fail_for_errno();
    while (rest < end) {
        ssize_t written = write(out, rest, end - rest);
        if (written < 0) fail_for_errno();
        rest += written;
    }
    if (close(out)) fail_for_errno();
}

/* Write the path of the unpacked loader into the program, in place of the image's. */
static void set_loader(char *program) {
    ElfW(Ehdr) *elf = (void *)program;
    ElfW(Phdr) *part = (void *)(program + elf->e_phoff);
    while (part->p_type != PT_INTERP) part++;
    char *path = program + part->p_offset, *name = strdup(strrchr(path, '/'));
    size_t length = snprintf(path, part->p_filesz, "%s/_internal%s", folder, name);
    if (length >= part->p_filesz) errno = ENAMETOOLONG, fail_for_errno();
    free(name);
}

static void unpack(int directory) {
    size_t size = ZSTD_getFrameContentSize(payload, payload_end - payload);
    char *files = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (files == MAP_FAILED) fail_for_errno();
    if (ZSTD_decompress(files, size, payload, payload_end - payload) != size) fail("this program file is damaged");
    for (struct header *file = (void *)files; file->name[0];) {
        size_t length = strtoul(file->size, NULL, 8);
        if (!strcmp(file->name, PROGRAM)) set_loader((char *)(file + 1));
        if (file->type == '5' ? mkdirat(directory, file->name, 0700)
            : file->type == '2' ? symlinkat(file->link, directory, file->name) : 0) fail_for_errno();
        if (file->type == '0') write_file(directory, file, length);
        file += 1 + (length + sizeof *file - 1) / sizeof *file;
    }
    munmap(files, size);
}

/* Whether the locked folder still stands at its path, with the program in it. */
static int is_in_place(int directory) {
    struct stat locked, there;
    return !fstat(directory, &locked) && !stat(folder, &there) && locked.st_ino == there.st_ino &&
           locked.st_dev == there.st_dev && !faccessat(directory, PROGRAM, X_OK, 0);
}

static void name_folder(const char *end) {
    if (snprintf(folder, sizeof folder, "%s/" PROGRAM "-%u-" BUILD "%s", place, geteuid(), end) >= (int)sizeof folder)
        errno = ENAMETOOLONG, fail_for_errno();
}

/* Return the locked folder, unpacked by this process or by one that runs from it already. */
static int take_folder(void) {
    for (int is_random = 0;;) {
        if (mkdir(folder, 0700) && errno != EEXIST) fail_for_errno();
        int directory = open_own(folder);
        if (directory < 0 && errno == ENOENT) continue;
        if (directory < 0) {
            if (is_random) fail_for_errno();
            name_folder("-XXXXXX");
            if (!mkdtemp(folder)) fail_for_errno();
            is_random = 1;
            continue;
        }
        if (!flock(directory, LOCK_EX | LOCK_NB)) {
            is_unpacking = 1;
            empty(folder);
            unpack(directory);
            is_unpacking = 0;
        }
        if (!flock(directory, LOCK_SH) && is_in_place(directory)) return directory;
        close(directory);
    }
}

int main(int argc, char **argv) {
    struct statvfs system;
    char program[PATH_MAX + sizeof PROGRAM], lock[16];
    (void)argc;
    place = getenv("TMPDIR") && *getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp";
    if (!(place = realpath(place, NULL))) {
        place = getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp";
        fail_for_errno();
    }
    if (!statvfs(place, &system) && system.f_flag & ST_NOEXEC) fail("programs there cannot be run (noexec)");
    name_folder("");
    remove_leftovers();
    snprintf(lock, sizeof lock, "%d", take_folder());
    setenv(LOCK, lock, 1);
    setenv("LD_ORIGIN_PATH", folder, 1); /* where there is no /proc to tell the loader */
    snprintf(program, sizeof program, "%s/" PROGRAM, folder);
    argv[0] = program;
    execv(program, argv);
    fail_for_errno();
}
