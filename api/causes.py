"""Why the operating system refused, said in Chinese."""

import errno
import re
from typing import Final

_CAUSES: Final = {
    errno.ENOENT: "没有这个文件或目录",
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
    errno.EROFS: "磁盘是只读的",
    errno.ENOSPC: "磁盘满了",
    errno.EDQUOT: "磁盘配额用完了",
    errno.EISDIR: "这是一个目录",
    errno.ENOTDIR: "上一级不是目录",
    errno.EEXIST: "已经有同名的文件",
    errno.ENAMETOOLONG: "名字太长",
    errno.EMFILE: "打开的文件太多",
}
_SHORT: Final = re.compile(r"\d+ requested and \d+ written")
"""What numpy says of a disk that was full before an array was written, without a number of the system's."""


def cause(error: OSError) -> str:
    """The reason for an error, in Chinese where we have a word for it."""
    if error.errno is None and _SHORT.fullmatch(str(error)):
        return _CAUSES[errno.ENOSPC]
    return _CAUSES.get(error.errno or 0) or error.strerror or str(error)
